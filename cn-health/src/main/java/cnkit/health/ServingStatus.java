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
  /** Passes. */
  SERVING(1),
  /** Does not pass: down, unknown, starting, draining or out of rotation. */
  NOT_SERVING(2),
  /** There is no such service here. */
  SERVICE_UNKNOWN(3);

  private final int number;

  ServingStatus(int number) {
    this.number = number;
  }

  /**
   * The number on the wire.
   *
   * @return of {@code HealthCheckResponse.ServingStatus}
   */
  public int number() {
    return number;
  }
}
