/// `/`: where to find what, for a person with a browser.
struct StartPage: Sendable {
    private let representation = Representation(
        type: HTMLPage.type, bytes: Array(page.html.utf8), headers: [HTMLPage.policy])

    @Sendable func page(_ call: Call) -> Response {
        representation.answer(to: call.request)
    }

    private static let page = HTMLPage(
        title: "Switchyard",
        body: [
            .paragraph([
                .text(
                    "Runs a blockchain node and carries it to its next binary at the upgrade "
                        + "height.")
            ]),
            .heading("The node"),
            .links([
                ("/v1/status", "Status: phase, node, height, what runs and what comes next"),
                ("/v1/plans", "Plans: every upgrade that is known"),
                ("/readyz?verbose", "Readiness, check by check"),
            ]),
            .heading("The supervisor"),
            .links([
                ("/livez?verbose", "Whether it lives"),
                ("/v1/config", "Its settings"),
                ("/metrics", "Metrics for Prometheus"),
                ("/openapi.json", "The description of this API"),
            ]),
            .heading("Problems"),
            .links(ProblemType.all.map { ("/problems/" + $0.slug, $0.title) }),
        ])
}
