import Supervisor

/// One operation of the API: a method on a path, for whom, and what answers.
package struct Route: Sendable {
    package let method: Method
    /// `/readyz/{check}`: a part in braces stands for exactly one segment.
    package let template: String
    /// Nil when it is open to everyone who may use the listener.
    package let scope: Scope?
    let content: Content
    let answer: @Sendable (Call) async throws(Problem) -> Response

    private let parts: [Part]

    private enum Part {
        case literal(String)
        case parameter(String)
    }

    init(
        _ method: Method, _ template: String, scope: Scope?, takes content: Content = .nothing,
        answer: @escaping @Sendable (Call) async throws(Problem) -> Response
    ) {
        self.method = method
        self.template = template
        self.scope = scope
        self.content = content
        self.answer = answer
        parts = template.split(separator: "/").map { part in
            part.hasPrefix("{")
                ? .parameter(String(part.dropFirst().dropLast())) : .literal("\(part)")
        }
    }

    /// The parameters when the path fits the template.
    func match(_ segments: [String]) -> [String: String]? {
        // The root has one segment, which is empty.
        let segments = segments == [""] ? [] : segments
        guard segments.count == parts.count else { return nil }
        var parameters: [String: String] = [:]
        for (part, segment) in zip(parts, segments) {
            switch part {
            case .literal(let text):
                guard text == segment else { return nil }
            case .parameter(let name):
                guard !segment.isEmpty else { return nil }
                parameters[name] = segment
            }
        }
        return parameters
    }
}

extension Route {
    /// What is answered to OPTIONS where no route of its own is; the table of routes is public.
    fileprivate static func options(_ template: String, allowed: [Method]) -> Route {
        let list = allowed.map(\.rawValue).joined(separator: ", ")
        return Route(.options, template, scope: nil) { _ in
            Response(status: .noContent, headers: [.init("Allow", list)])
        }
    }
}

/// A request at its route, with the template's parameters.
struct Call: Sendable {
    let request: Request
    let parameters: [String: String]
}

/// Finds the route of a request and decides whether the caller may use it.
package struct Router: Sendable {
    package let routes: [Route]

    /// Stands for the template of a path that is none of ours.
    package static let unmatched = "unmatched"

    /// What requests to this target are counted under: a template, whoever asks.
    package func template(of target: Target) -> String {
        routes.first { $0.match(target.segments) != nil }?.template ?? Self.unmatched
    }

    /// Decides what can be decided without the body: route, method, credentials, scope.
    package func admit(_ request: Request) throws(Problem) -> Admission {
        let fitting = routes.compactMap { route in
            route.match(request.target.segments).map { (route: route, parameters: $0) }
        }
        guard !fitting.isEmpty else { throw .routeUnknown }
        let method = request.method == .head ? .get : request.method
        guard let match = fitting.first(where: { $0.route.method == method }) else {
            let methods = fitting.map(\.route.method)
            let allowed =
                methods.filter { $0 != .options }.flatMap { $0 == .get ? [.get, .head] : [$0] }
                + [.options]
            guard method == .options else { throw .methodNotAllowed(allowed) }
            return Admission(
                route: .options(fitting[0].route.template, allowed: allowed),
                call: Call(request: request, parameters: [:]))
        }
        if let scope = match.route.scope { try Self.require(scope, of: request.caller) }
        let content = match.route.content
        return Admission(
            route: match.route,
            call: Call(
                request: content == .nothing ? request : request.bounded(to: content.limit),
                parameters: match.parameters))
    }

    private static func require(_ scope: Scope, of caller: Caller) throws(Problem) {
        switch caller {
        case .anonymous: throw .unauthenticated
        case .invalidToken: throw .invalidToken
        case .peer, .token:
            guard caller.may(scope) else { throw .insufficientScope(scope) }
        }
    }
}

/// A request that may be answered.
package struct Admission: Sendable {
    fileprivate let route: Route
    fileprivate let call: Call

    /// Whether the route reads the body, or its connection has to.
    package var takesContent: Bool { route.content != .nothing }

    /// What it is counted under, as `Router.template(of:)` says it.
    package var template: String { route.template }

    /// Whether the body is bytes of any length and not a small text.
    package var isUpload: Bool {
        switch route.content {
        case .bytes: true
        case .nothing, .json: false
        }
    }

    /// Runs the route, once the body's media type, length and coding are those it takes.
    package func respond() async -> Response {
        do throws(Problem) {
            try route.content.check(call.request)
            return try await route.answer(call)
        } catch {
            return error.response(for: call.request.target.path)
        }
    }
}
