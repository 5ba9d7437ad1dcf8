package cnkit.health;

/**
 * Turns a page into a body. A pure function: it is called on the thread that asks, for everything but the plain
 * text that is prepared in advance. Chosen by the {@code Accept} header; one that throws is replaced by the text.
 */
public interface Renderer {
  /** A body is kept below this, since the kubelet reads no further: 10 KiB. */
  int LIMIT = 10 * 1024;

  /**
   * What it renders.
   *
   * @return a media type for {@code Content-Type}; bodies are always UTF-8
   */
  String contentType();

  /**
   * Renders one page.
   *
   * @param page what to show
   * @return the body, to stay below {@link #LIMIT} bytes of UTF-8
   */
  String render(Page page);

  /**
   * One line of status, then one line a check, in the manner of Kubernetes' own components.
   *
   * @return the default renderer
   */
  static Renderer text() {
    return TextRenderer.INSTANCE;
  }

  /**
   * MicroProfile Health JSON; what is degraded or unknown is told in {@code data.state}.
   *
   * @return the renderer for {@code Accept: application/json}
   */
  static Renderer microProfileJson() {
    return JsonRenderer.INSTANCE;
  }
}
