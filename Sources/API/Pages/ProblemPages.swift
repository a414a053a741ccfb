/// `/problems/{slug}`: what a problem means and what helps, for people; also offline.
struct ProblemPages: Sendable {
    private static let text = OfferedType("text/plain")
    private static let html = OfferedType("text/html")

    @Sendable func page(_ call: Call) throws(Problem) -> Response {
        guard let type = ProblemType.all.first(where: { $0.slug == call.parameters["slug"] })
        else { throw .routeUnknown }
        let best = Accept(call.request.headers).best(of: [Self.text, Self.html])
        let headers = [HTMLPage.policy, .init("Vary", "Accept")]
        let representation =
            best == Self.html
            ? Representation(
                type: HTMLPage.type, bytes: Array(type.page.html.utf8), headers: headers)
            : Representation(
                type: "text/plain; charset=utf-8", bytes: Array(type.text.utf8), headers: headers)
        return representation.answer(to: call.request)
    }
}

extension ProblemType {
    fileprivate var page: HTMLPage {
        HTMLPage(
            title: title,
            body: [
                .paragraph([.text(meaning)]),
                .heading("What to do"),
                .paragraph([.text(remedy)]),
                .paragraph([
                    .text("Its type is "), .code(uri), .text(" and its status "),
                    .code("\(status.rawValue)"), .text(" (\(status.phrase))."),
                ]),
                .paragraph([.link(path: "/", text: "Switchyard")]),
            ])
    }

    fileprivate var text: String {
        """
        \(title)

        \(meaning)

        What to do: \(remedy)

        type \(uri), status \(status.rawValue) (\(status.phrase))

        """
    }
}
