package cnkit.telemetry;

import static io.opentelemetry.api.common.AttributeKey.longKey;
import static io.opentelemetry.api.common.AttributeKey.stringKey;

import io.opentelemetry.api.common.AttributeKey;
import java.util.List;

/** Names, units and buckets of all signals. Made from META-INF/cn-telemetry/contract.txt by ContractPages. */
final class Contract {
  static final AttributeKey<String> SERVICE_VERSION = stringKey("service.version");
  static final AttributeKey<String> VCS_REF_HEAD_REVISION = stringKey("vcs.ref.head.revision");
  static final AttributeKey<String> CN_BUILD_DIRTY = stringKey("cn.build.dirty");
  static final AttributeKey<String> PROCESS_RUNTIME_VERSION = stringKey("process.runtime.version");
  static final AttributeKey<String> CN_TELEMETRY_ATTRIBUTE = stringKey("cn.telemetry.attribute");
  static final AttributeKey<String> HTTP_REQUEST_METHOD = stringKey("http.request.method");
  static final AttributeKey<String> HTTP_REQUEST_METHOD_ORIGINAL =
      stringKey("http.request.method_original");
  static final AttributeKey<String> URL_SCHEME = stringKey("url.scheme");
  static final AttributeKey<Long> HTTP_RESPONSE_STATUS_CODE = longKey("http.response.status_code");
  static final AttributeKey<String> HTTP_ROUTE = stringKey("http.route");
  static final AttributeKey<String> ERROR_TYPE = stringKey("error.type");
  static final AttributeKey<String> NETWORK_PROTOCOL_VERSION =
      stringKey("network.protocol.version");
  static final AttributeKey<String> SERVER_ADDRESS = stringKey("server.address");
  static final AttributeKey<Long> SERVER_PORT = longKey("server.port");
  static final AttributeKey<String> URL_PATH = stringKey("url.path");
  static final AttributeKey<String> URL_QUERY = stringKey("url.query");
  static final AttributeKey<String> URL_FULL = stringKey("url.full");
  static final AttributeKey<String> CLIENT_ADDRESS = stringKey("client.address");
  static final AttributeKey<Long> HTTP_REQUEST_RESEND_COUNT = longKey("http.request.resend_count");
  static final AttributeKey<String> CN_HEALTH_CHECK_NAME = stringKey("cn.health.check.name");
  static final AttributeKey<String> CN_HEALTH_CHECK_STATUS = stringKey("cn.health.check.status");
  static final AttributeKey<String> CN_HEALTH_CHECK_IMPACT = stringKey("cn.health.check.impact");
  static final AttributeKey<String> CN_HEALTH_CHECK_OUTCOME = stringKey("cn.health.check.outcome");
  static final AttributeKey<String> CN_HEALTH_CHECK_REASON = stringKey("cn.health.check.reason");
  static final AttributeKey<String> CN_HEALTH_STATUS_FROM = stringKey("cn.health.status.from");
  static final AttributeKey<String> CN_HEALTH_STATUS_TO = stringKey("cn.health.status.to");
  static final AttributeKey<String> CN_HEALTH_PROBE_NAME = stringKey("cn.health.probe.name");
  static final AttributeKey<String> CN_HEALTH_PROBE_CAUSES = stringKey("cn.health.probe.causes");
  static final AttributeKey<String> CN_HEALTH_GATE_STATE = stringKey("cn.health.gate.state");
  static final AttributeKey<String> CN_LIFECYCLE_STATUS = stringKey("cn.lifecycle.status");
  static final AttributeKey<String> CN_LIFECYCLE_PHASE_NAME = stringKey("cn.lifecycle.phase.name");
  static final AttributeKey<String> CN_LIFECYCLE_PHASE_RESULT =
      stringKey("cn.lifecycle.phase.result");
  static final AttributeKey<String> CN_LIFECYCLE_WORK_KIND = stringKey("cn.lifecycle.work.kind");
  static final AttributeKey<String> CN_LIFECYCLE_WORK_OUTCOME =
      stringKey("cn.lifecycle.work.outcome");
  static final AttributeKey<String> CN_LIFECYCLE_OUTCOME = stringKey("cn.lifecycle.outcome");
  static final AttributeKey<String> CN_LIFECYCLE_COMPONENT_NAME =
      stringKey("cn.lifecycle.component.name");
  static final AttributeKey<String> CN_LIFECYCLE_TRIGGER_SOURCE =
      stringKey("cn.lifecycle.trigger.source");
  static final AttributeKey<String> CN_LIFECYCLE_TRIGGER_DETAIL =
      stringKey("cn.lifecycle.trigger.detail");
  static final AttributeKey<Long> CN_LIFECYCLE_DURATION_MS = longKey("cn.lifecycle.duration_ms");
  static final AttributeKey<Long> CN_LIFECYCLE_EXIT_CODE = longKey("cn.lifecycle.exit_code");
  static final AttributeKey<String> CN_LIFECYCLE_REPORT = stringKey("cn.lifecycle.report");
  static final AttributeKey<String> CN_RESILIENCE_PIPELINE_NAME =
      stringKey("cn.resilience.pipeline.name");
  static final AttributeKey<String> CN_RESILIENCE_OUTCOME = stringKey("cn.resilience.outcome");
  static final AttributeKey<String> CN_RESILIENCE_REASON = stringKey("cn.resilience.reason");
  static final AttributeKey<String> CN_RESILIENCE_BREAKER_NAME =
      stringKey("cn.resilience.breaker.name");
  static final AttributeKey<String> CN_RESILIENCE_BREAKER_STATE =
      stringKey("cn.resilience.breaker.state");
  static final AttributeKey<String> CN_RESILIENCE_BREAKER_FROM =
      stringKey("cn.resilience.breaker.from");
  static final AttributeKey<String> CN_RESILIENCE_BREAKER_TO =
      stringKey("cn.resilience.breaker.to");
  static final AttributeKey<Long> CN_RESILIENCE_BREAKER_EPOCH =
      longKey("cn.resilience.breaker.epoch");
  static final AttributeKey<String> CN_RESILIENCE_BREAKER_EVIDENCE =
      stringKey("cn.resilience.breaker.evidence");
  static final AttributeKey<String> CN_RESILIENCE_BULKHEAD_NAME =
      stringKey("cn.resilience.bulkhead.name");
  static final AttributeKey<String> CN_CONFIG_FINGERPRINT = stringKey("cn.config.fingerprint");
  static final AttributeKey<Long> CN_CONFIG_WARNING_COUNT = longKey("cn.config.warning_count");
  static final AttributeKey<String> CN_CONFIG_RELOAD_OUTCOME =
      stringKey("cn.config.reload.outcome");
  static final AttributeKey<String> CN_CONFIG_KEYS = stringKey("cn.config.keys");
  static final AttributeKey<String> CN_CONFIG_WAITING_KEYS = stringKey("cn.config.waiting_keys");
  static final AttributeKey<Long> CN_CONFIG_PROBLEM_COUNT = longKey("cn.config.problem_count");

  private Contract() {}

  static final class Metrics {
    static final Metric CN_BUILD_IDENTITY = new Metric(
        "cn.build.identity", "{build}", "Constantly 1; the attributes tell which build runs.");
    static final Metric CN_TELEMETRY_OVERFLOW = new Metric(
        "cn.telemetry.overflow",
        "{value}",
        "Attribute values replaced by _OTHER because their number is bounded.");
    static final Metric HTTP_SERVER_REQUEST_DURATION = new Metric(
        "http.server.request.duration",
        "s",
        "Duration of HTTP server requests.",
        List.of(0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0));
    static final Metric HTTP_SERVER_ACTIVE_REQUESTS = new Metric(
        "http.server.active_requests", "{request}", "Number of active HTTP server requests.");
    static final Metric HTTP_CLIENT_REQUEST_DURATION = new Metric(
        "http.client.request.duration",
        "s",
        "Duration of HTTP client requests, one for each attempt on the wire.",
        List.of(0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0));
    static final Metric CN_HTTP_SERVER_REPLAYS = new Metric(
        "cn.http.server.replays",
        "{request}",
        "Requests that arrived again with the trace and parent span of an earlier one: sent twice by a client that did not say so.");
    static final Metric CN_HEALTH_CHECK_STATUS = new Metric(
        "cn.health.check.status",
        "{check}",
        "1 for the status that the check has, 0 for the others.");
    static final Metric CN_HEALTH_CHECK_AGE = new Metric(
        "cn.health.check.age",
        "s",
        "How old the last result of the check is; absent before the first.");
    static final Metric CN_HEALTH_CHECK_DURATION = new Metric(
        "cn.health.check.duration",
        "s",
        "Duration of the runs of a check.",
        List.of(0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 10.0));
    static final Metric CN_HEALTH_CHECK_TRANSITIONS =
        new Metric("cn.health.check.transitions", "{transition}", "Changes of a check's status.");
    static final Metric CN_HEALTH_PROBE_PASSING = new Metric(
        "cn.health.probe.passing", "{probe}", "1 while the probe passes, 0 while it fails.");
    static final Metric CN_HEALTH_PROBE_TRANSITIONS = new Metric(
        "cn.health.probe.transitions", "{transition}", "Changes of what a probe is told.");
    static final Metric CN_HEALTH_GATE_STATE =
        new Metric("cn.health.gate.state", "{gate}", "1 for where the gate is, 0 elsewhere.");
    static final Metric CN_LIFECYCLE_STATUS = new Metric(
        "cn.lifecycle.status", "{lifecycle}", "1 for where the lifecycle is, 0 elsewhere.");
    static final Metric CN_LIFECYCLE_PHASE_DURATION = new Metric(
        "cn.lifecycle.phase.duration",
        "s",
        "How long a phase took, or has taken so far; absent before it began.");
    static final Metric CN_LIFECYCLE_SHUTDOWN_DURATION = new Metric(
        "cn.lifecycle.shutdown.duration",
        "s",
        "How long the shutdown has taken so far, with the outcome as it stands; absent while nothing has asked for the end.");
    static final Metric CN_LIFECYCLE_WORK_IN_FLIGHT =
        new Metric("cn.lifecycle.work.in_flight", "{work}", "Work in flight.");
    static final Metric CN_LIFECYCLE_WORK = new Metric(
        "cn.lifecycle.work",
        "{work}",
        "What became of work that arrived: with what is in flight it adds up to all of it.");
    static final Metric CN_RESILIENCE_EXECUTION_DURATION = new Metric(
        "cn.resilience.execution.duration",
        "s",
        "Duration of executions, retries and waiting included.",
        List.of(0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0));
    static final Metric CN_RESILIENCE_EXECUTION_ATTEMPTS = new Metric(
        "cn.resilience.execution.attempts",
        "{attempt}",
        "Attempts that executions took; 0 when the dependency was never asked.",
        List.of(0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 8.0, 13.0));
    static final Metric CN_RESILIENCE_ATTEMPT_DURATION = new Metric(
        "cn.resilience.attempt.duration",
        "s",
        "Duration of attempts, without waiting.",
        List.of(0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0));
    static final Metric CN_RESILIENCE_BACKOFF_DURATION = new Metric(
        "cn.resilience.backoff.duration",
        "s",
        "Waiting before retries.",
        List.of(0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0));
    static final Metric CN_RESILIENCE_REJECTIONS =
        new Metric("cn.resilience.rejections", "{execution}", "Executions refused.");
    static final Metric CN_RESILIENCE_FAILURES =
        new Metric("cn.resilience.failures", "{attempt}", "Attempts that failed.");
    static final Metric CN_RESILIENCE_LATE = new Metric(
        "cn.resilience.late", "{attempt}", "Attempts that ended after their time was up.");
    static final Metric CN_RESILIENCE_STALE = new Metric(
        "cn.resilience.stale",
        "{attempt}",
        "Attempts whose result came too late for the breaker to count.");
    static final Metric CN_RESILIENCE_RETRIES =
        new Metric("cn.resilience.retries", "{attempt}", "Attempts after the first.");
    static final Metric CN_RESILIENCE_RETRIES_DENIED =
        new Metric("cn.resilience.retries.denied", "{attempt}", "Retries that the budget refused.");
    static final Metric CN_RESILIENCE_HEDGES =
        new Metric("cn.resilience.hedges", "{attempt}", "Attempts sent beside one that was slow.");
    static final Metric CN_RESILIENCE_HEDGES_DENIED =
        new Metric("cn.resilience.hedges.denied", "{attempt}", "Hedges that their budget refused.");
    static final Metric CN_RESILIENCE_THROTTLE_REFUSED_SHARE = new Metric(
        "cn.resilience.throttle.refused_share",
        "1",
        "The share of calls that the throttle refuses at present, 0 to 1.");
    static final Metric CN_RESILIENCE_ADAPTIVE_LIMIT = new Metric(
        "cn.resilience.adaptive.limit",
        "{call}",
        "How many calls at once the adaptive limit allows at present.");
    static final Metric CN_RESILIENCE_ADAPTIVE_IN_USE = new Metric(
        "cn.resilience.adaptive.in_use", "{call}", "How many calls the adaptive limit has let in.");
    static final Metric CN_RESILIENCE_BUDGET_AVAILABLE = new Metric(
        "cn.resilience.budget.available",
        "{retry}",
        "Retries that the budget would allow at once.");
    static final Metric CN_RESILIENCE_BREAKER_STATE = new Metric(
        "cn.resilience.breaker.state",
        "{breaker}",
        "1 for the state that the breaker is in, 0 for the others.");
    static final Metric CN_RESILIENCE_BREAKER_TRANSITIONS = new Metric(
        "cn.resilience.breaker.transitions", "{transition}", "Changes of a breaker's state.");
    static final Metric CN_RESILIENCE_BULKHEAD_IN_USE =
        new Metric("cn.resilience.bulkhead.in_use", "{permit}", "Permits in use.");
    static final Metric CN_RESILIENCE_BULKHEAD_WAITING =
        new Metric("cn.resilience.bulkhead.waiting", "{call}", "Calls in the bulkhead's queue.");
    static final Metric CN_RESILIENCE_BULKHEAD_LIMIT =
        new Metric("cn.resilience.bulkhead.limit", "{permit}", "Permits that there are.");
    static final Metric CN_CONFIG_IDENTITY = new Metric(
        "cn.config.identity",
        "{configuration}",
        "Constantly 1; the attribute tells which configuration is in effect.");
    static final Metric CN_CONFIG_WARNINGS = new Metric(
        "cn.config.warnings",
        "{warning}",
        "Settings that deserve attention: near misses, former names.");
    static final Metric CN_CONFIG_RELOADS = new Metric(
        "cn.config.reloads",
        "{reload}",
        "New settings that were applied or refused since the start.");

    private Metrics() {}
  }

  static final class Events {
    static final String CN_HEALTH_CHECK_CHANGED = "cn.health.check.changed";
    static final String CN_HEALTH_PROBE_CHANGED = "cn.health.probe.changed";
    static final String CN_LIFECYCLE_COMPONENT_STARTED = "cn.lifecycle.component.started";
    static final String CN_LIFECYCLE_STARTED = "cn.lifecycle.started";
    static final String CN_LIFECYCLE_TRIGGERED = "cn.lifecycle.triggered";
    static final String CN_LIFECYCLE_PHASE_ENDED = "cn.lifecycle.phase.ended";
    static final String CN_LIFECYCLE_FLUSHING = "cn.lifecycle.flushing";
    static final String CN_RESILIENCE_BREAKER_CHANGED = "cn.resilience.breaker.changed";
    static final String CN_CONFIG_LOADED = "cn.config.loaded";
    static final String CN_CONFIG_RELOADED = "cn.config.reloaded";
    static final String CN_CONFIG_REFUSED = "cn.config.refused";

    private Events() {}
  }
}
