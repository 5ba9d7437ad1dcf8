package cnkit.config.source;

import cnkit.config.Origin;
import cnkit.config.Problem;
import cnkit.config.schema.FlatTree;
import cnkit.config.schema.Former;
import cnkit.config.schema.Kind;
import cnkit.config.schema.Layer;
import cnkit.config.schema.Layout;
import cnkit.config.schema.Node;
import cnkit.config.schema.Origins;
import cnkit.config.schema.Shape;
import cnkit.config.schema.Slot;
import cnkit.config.schema.TreeSource;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Command-line arguments: {@code --a.b=v}, {@code --a.b v}, {@code --flag}, {@code --no-flag}, {@code --}. */
public final class FlagSource {
  private final Layout layout;
  private final boolean secretsAllowed;
  private final List<Problem> problems;
  private final List<String> arguments = new ArrayList<>();
  private final FlatTree tree = new FlatTree(Origins.flag("", 0));

  FlagSource(Layout layout, boolean secretsAllowed, List<Problem> problems) {
    this.layout = layout;
    this.secretsAllowed = secretsAllowed;
    this.problems = problems;
  }

  /** Whether somebody asks for the reference. */
  public static boolean asksForHelp(List<String> args) {
    for (String arg : args) {
      if (arg.equals("--")) {
        return false;
      }
      if (arg.equals("--help")) {
        return true;
      }
    }
    return false;
  }

  /** What is left when the flags are taken out. */
  List<String> arguments() {
    return arguments;
  }

  void fill(Layer layer, List<String> args, List<Former> formers) {
    int i = 0;
    while (i < args.size()) {
      String arg = args.get(i);
      if (arg.equals("--")) {
        arguments.addAll(args.subList(i + 1, args.size()));
        break;
      }
      if (!arg.startsWith("--")) {
        if (arg.length() > 1 && arg.charAt(0) == '-') {
          flagProblem(
              "",
              "no such flag",
              Origins.flag(arg, i + 1),
              "flags begin with --; put arguments after --");
        } else {
          arguments.add(arg);
        }
        i++;
        continue;
      }
      i = flag(args, i);
    }
    if (!tree.isEmpty()) {
      new TreeSource(layout, layer, problems, formers).fill(tree.tree());
    }
  }

  /** Takes one flag and answers where the next argument stands. */
  private int flag(List<String> args, int i) {
    String arg = args.get(i);
    int equals = arg.indexOf('=');
    String name = equals < 0 ? arg.substring(2) : arg.substring(2, equals);
    Origin origin = Origins.flag("--" + name, i + 1);
    Shape shape = layout.shapeAt(name);
    if (shape == null && name.startsWith("no-")) {
      String positive = name.substring("no-".length());
      if (isBoolean(layout.shapeAt(positive))) {
        if (equals >= 0) {
          flagProblem(
              positive,
              "takes no value",
              origin,
              "write --" + name + " alone, or --" + positive + "=false");
          put(positive, new Node.Faulty(origin));
        } else {
          put(positive, new Node.Text("false", origin));
        }
        return i + 1;
      }
    }
    if (shape != null && shape.isSecret() && !secretsAllowed) {
      Slot slot = layout.byPath.get(name);
      problems.add(new Problem(
          Problem.Code.SECRET_FLAG,
          name,
          "a secret on the command line can be read by every user of the machine",
          List.of(origin),
          slot == null ? "" : "set " + slot.env + " or " + slot.env + "_FILE"));
      put(name, new Node.Faulty(origin));
      return equals >= 0 || i + 1 == args.size() || args.get(i + 1).startsWith("--")
          ? i + 1
          : i + 2;
    }
    if (equals >= 0) {
      put(name, new Node.Text(arg.substring(equals + 1), origin));
      return i + 1;
    }
    if (isBoolean(shape)) {
      boolean stray = i + 1 < args.size()
          && (args.get(i + 1).equals("true") || args.get(i + 1).equals("false"));
      if (stray) {
        flagProblem(
            name, "takes no separate value", origin, "write --" + name + "=" + args.get(i + 1));
        put(name, new Node.Faulty(origin));
        return i + 2;
      }
      put(name, new Node.Text("true", origin));
      return i + 1;
    }
    if (i + 1 < args.size() && !args.get(i + 1).startsWith("--")) {
      put(name, new Node.Text(args.get(i + 1), origin));
      return i + 2;
    }
    if (shape == null) {
      put(name, new Node.Text("", origin)); // unknown: reported as such
    } else {
      flagProblem(name, "needs a value", origin, "write --" + name + "=VALUE");
      put(name, new Node.Faulty(origin));
    }
    return i + 1;
  }

  private static boolean isBoolean(@Nullable Shape shape) {
    return shape instanceof Shape.Scalar scalar && scalar.kind() == Kind.BOOLEAN;
  }

  private void put(String name, Node node) {
    Node present = tree.put(name, node);
    if (present == null) {
      return;
    }
    if (layout.shapeAt(name) instanceof Shape.Many) {
      tree.replace(name, joined(present, node));
      return;
    }
    problems.add(new Problem(
        Problem.Code.DUPLICATE,
        name,
        "given twice",
        List.of(present.origin(), node.origin()),
        "remove one of them"));
    tree.replace(name, new Node.Faulty(node.origin()));
  }

  /** A list's flag may repeat; each occurrence may itself have commas. */
  private static Node joined(Node first, Node second) {
    if (first instanceof Node.Faulty || second instanceof Node.Faulty) {
      return new Node.Faulty(second.origin());
    }
    var items = new ArrayList<Node>(Node.split(first));
    items.addAll(Node.split(second));
    return new Node.Arr(items, first.origin());
  }

  private void flagProblem(String path, String message, Origin origin, String remedy) {
    problems.add(new Problem(Problem.Code.FLAG, path, message, List.of(origin), remedy));
  }
}
