package cnkit.examples.embedding;

/**
 * What the application says, before a server makes a response of it.
 *
 * @param status an HTTP status
 * @param body plain text
 */
public record Answer(int status, String body) {}
