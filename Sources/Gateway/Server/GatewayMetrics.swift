import ChatServers

extension Metrics {
    /// What a gateway counts.
    static func gateway() -> Metrics {
        Metrics([
            .counter("gateway_requests_total", "Requests by route and HTTP status."),
            .counter("gateway_decisions_total", "Decisions by direction and action."),
            .counter("gateway_judgements_total", "Judgements by outcome."),
            .counter("gateway_rounds_total", "Responses that were asked for, retries included."),
            .counter("gateway_upstream_calls_total", "Calls of the upstream server."),
            .counter("gateway_upstream_faults_total", "Upstream answers that could not be used."),
            .counter("gateway_released_bytes_total", "Bytes of responses that were released."),
            .counter("gateway_unjudged_bytes_total", "Bytes of responses that were released before a verdict; always 0."),
            .counter("gateway_clients_gone_total", "Requests whose client left before the answer."),
            .counter("gateway_slow_clients_total", "Connections closed because of a slow client, by what was slow."),
            .counter("gateway_policy_reloads_total", "Policy reloads by result."),
            .histogram("gateway_request_seconds", "Seconds from a request's head to the end of its answer, by route."),
            .histogram("gateway_judgement_seconds", "Seconds of one judgement."),
            .histogram("gateway_upstream_seconds", "Seconds of one upstream call."),
        ])
    }
}
