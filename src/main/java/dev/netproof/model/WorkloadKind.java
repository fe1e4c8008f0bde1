package dev.netproof.model;

/** The workload kinds that a short reference can name. */
public enum WorkloadKind {
    DEPLOYMENT("deploy", "Deployment"),
    STATEFUL_SET("sts", "StatefulSet"),
    DAEMON_SET("ds", "DaemonSet"),
    JOB("job", "Job"),
    CRON_JOB("cronjob", "CronJob");

    private final String prefix;
    private final String kind;

    WorkloadKind(String prefix, String kind) {
        this.prefix = prefix;
        this.kind = kind;
    }

    /** kubectl's short name. */
    public String prefix() {
        return prefix;
    }

    /** The API's kind. */
    public String kind() {
        return kind;
    }
}
