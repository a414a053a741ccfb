import Testing

@testable import API
@testable import Supervisor

struct RouterTests {
    private let router = Router(board: StatusBoard(.full))

    @Test(arguments: [
        "//", "/v1", "/v1/status/", "//v1/status", "/v1/Status", "/readyz/", "/livez/x",
    ])
    func `a path that is not in the table is not found`(path: String) async throws {
        let answer = try await router.get(path)
        #expect(answer.status == .notFound)
        #expect(answer.header("Content-Type") == "application/problem+json")
        #expect(
            answer.text == #"{"detail":null,"instance":"\#(path)","#
                + #""remedy":"Look the path up in the API's description, openapi.yaml.","#
                + #""status":404,"title":"Not Found","type":"about:blank"}"#)
    }

    @Test(arguments: [API.Method.post, .put, .patch, .delete])
    func `a method a route has not is answered with those it has`(method: API.Method) async throws {
        let answer = try await router.get("/v1/status", as: .anonymous, method: method)
        #expect(answer.status == .methodNotAllowed)
        #expect(answer.header("Allow") == "GET, HEAD, OPTIONS")
    }

    @Test func `OPTIONS names the methods, and says nothing else`() async throws {
        let answer = try await router.get("/v1/status", as: .anonymous, method: .options)
        #expect(
            answer == Response(status: .noContent, headers: [.init("Allow", "GET, HEAD, OPTIONS")]))
        #expect(try await router.get("/nothing", method: .options).status == .notFound)
    }

    @Test func `HEAD is answered as GET`() async throws {
        let head = try await router.get("/v1/plans", method: .head)
        #expect(head == (try await router.get("/v1/plans")))
    }

    @Test func `only health and what is the same for all nodes is open`() async throws {
        let open = router.routes.filter { $0.scope == nil }.map(\.template)
        #expect(
            Set(open) == [
                "/", "/livez", "/readyz", "/readyz/{check}", "/openapi.json", "/problems/{slug}",
            ])
        let answer = try await router.get("/v1/status", as: .anonymous)
        #expect(answer.status == .unauthorized)
        #expect(answer.header("WWW-Authenticate") == #"Bearer realm="switchyard""#)
        #expect(answer.text.contains(#""type":"/problems/unauthenticated""#))
    }

    @Test func `a token that is not known is told so`() async throws {
        let answer = try await router.get("/v1/status", as: .invalidToken)
        #expect(answer.status == .unauthorized)
        #expect(
            answer.header("WWW-Authenticate")
                == #"Bearer realm="switchyard", error="invalid_token""#)
        #expect(try await router.get("/livez", as: .invalidToken).status == .ok)
    }

    @Test(arguments: Scope.allCases)
    func `a token that may too little is told what is needed`(needed: Scope) async throws {
        let router = Router(routes: [
            Route(.get, "/x", scope: needed) { _ in .text("x") }
        ])
        for owned in Scope.allCases {
            let token = Caller.token(id: "k7qm2x4a", label: nil, scope: owned)
            let answer = try await router.get("/x", as: token)
            guard owned < needed else {
                #expect(answer.status == .ok)
                continue
            }
            #expect(answer.status == .forbidden)
            #expect(
                answer.header("WWW-Authenticate")
                    == #"Bearer realm="switchyard", error="insufficient_scope", scope="\#(needed)""#
            )
            #expect(answer.text.contains(#""type":"/problems/insufficient-scope""#))
        }
    }

    @Test func `the route comes before the credentials`() async throws {
        #expect(try await router.get("/v1/nothing", as: .anonymous).status == .notFound)
    }
}
