package cnkit.health;

/**
 * The health status of gRPC's own protocol, {@code grpc.health.v1}, without depending on gRPC:
 *
 * <pre>{@code
 * ServingStatus status = health.servingStatus(request.getService());
 * if (status == ServingStatus.SERVICE_UNKNOWN) {
 *   observer.onError(HealthStatus.NOT_FOUND.asException());   // Check; Watch sends SERVICE_UNKNOWN and stays open
 * } else {
 *   observer.onNext(HealthCheckResponse.newBuilder().setStatusValue(status.number()).build());
 * }
 * }</pre>
 */
public enum ServingStatus {
  /** The service, check or group passes. */
  SERVING(1),
  /** It does not pass: it is down, unknown, starting, draining or out of rotation. */
  NOT_SERVING(2),
  /** There is no such service here. */
  SERVICE_UNKNOWN(3);

  private final int number;

  ServingStatus(int number) {
    this.number = number;
  }

  /**
   * The number in the gRPC protocol.
   *
   * @return the number of the constant of {@code HealthCheckResponse.ServingStatus}
   */
  public int number() {
    return number;
  }
}
