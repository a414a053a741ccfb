import Testing

@testable import API

struct ContentTests {
    /// The status a route that takes JSON answers, 200 when the body would be read.
    private func answer(
        to headers: Headers, length: Int? = 2, content: Content = .json
    ) async throws -> Int {
        let route = Route(.post, "/", scope: nil, takes: content) { call throws(Problem) in
            do throws(BodyError) {
                return .text("\(try await call.request.body.collect().count)")
            } catch {
                throw Problem(error)
            }
        }
        let body = RequestBody(
            length: length,
            RequestBody.Source { _, _ throws(BodyError) in
                .end
            } wait: {
            })
        let request = Request(
            method: .post, target: Target(path: "/", segments: [], query: []), headers: headers,
            caller: .anonymous, body: body)
        return await (try Router(routes: [route]).admit(request)).respond().status.rawValue
    }

    @Test(arguments: [
        "application/json", "Application/JSON", "application/json; charset=utf-8",
        "application/json;charset=\"UTF-8\"", "application/json ; profile=x",
    ])
    func `JSON is taken`(type: String) async throws {
        #expect(try await answer(to: ["Content-Type": type]) == 200)
    }

    @Test(arguments: [
        "", "text/plain", "application/json5", "application", "application/json; charset=latin1",
        "application/json; charset", "application/json; charset=utf-8; charset=utf-8",
        "application/ json", "application/json, application/json",
        "application/x-www-form-urlencoded", "multipart/form-data; boundary=x",
    ])
    func `another type than JSON is 415`(type: String) async throws {
        #expect(try await answer(to: ["Content-Type": type]) == 415)
    }

    @Test func `no type, or two, is 415`() async throws {
        #expect(try await answer(to: [:]) == 415)
        let two: Headers = ["Content-Type": "application/json", "content-type": "application/json"]
        #expect(try await answer(to: two) == 415)
    }

    @Test(arguments: [("identity", 200), ("gzip", 415), ("identity, br", 415)])
    func `only the identity coding is taken`(coding: String, status: Int) async throws {
        let headers: Headers = [
            "Content-Type": "application/json", "Content-Encoding": coding,
        ]
        #expect(try await answer(to: headers) == status)
    }

    @Test func `a length beyond 64 KiB is 413, the type comes first`() async throws {
        let json: Headers = ["Content-Type": "application/json"]
        #expect(try await answer(to: json, length: 65_536) == 200)
        #expect(try await answer(to: json, length: 65_537) == 413)
        #expect(try await answer(to: [:], length: 65_537) == 415)
        let gzip: Headers = ["Content-Type": "application/json", "Content-Encoding": "gzip"]
        #expect(try await answer(to: gzip, length: 65_537) == 413)
    }

    @Test func `no body needs no type`() async throws {
        #expect(try await answer(to: [:], length: 0) == 200)
    }
}
