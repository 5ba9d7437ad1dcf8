package cnkit.health;

/**
 * Turns a page into a body. It must be a pure function. It is called on the thread of the request, for everything
 * except the plain text that is prepared in advance. The {@code Accept} header selects it. If it throws, text is sent
 * instead.
 */
public interface Renderer {
  /** A body stays below 10 KiB, because the kubelet reads no further. */
  int LIMIT = 10 * 1024;

  /**
   * The content type of the bodies.
   *
   * @return a media type for {@code Content-Type}; bodies are always UTF-8
   */
  String contentType();

  /**
   * Renders one page.
   *
   * @param page what to show
   * @return the body; it should stay below {@link #LIMIT} bytes of UTF-8
   */
  String render(Page page);

  /**
   * One line with the status, then one line for each check, in the format of Kubernetes' own components.
   *
   * @return the default renderer
   */
  static Renderer text() {
    return TextRenderer.INSTANCE;
  }

  /**
   * MicroProfile Health JSON. {@code data.state} shows whether a check is degraded or unknown.
   *
   * @return the renderer for {@code Accept: application/json}
   */
  static Renderer microProfileJson() {
    return JsonRenderer.INSTANCE;
  }
}
