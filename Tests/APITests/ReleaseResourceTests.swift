import FoundationEssentials
import Testing

@testable import API
@testable import Supervisor
@testable import SupervisorTests

/// What publishers say of a plan, as it is brought and shown.
@Suite(.timeLimit(.minutes(5)))
struct ReleaseResourceTests {
    private let release = SignedRelease()

    private func body(_ evidence: ReleaseEvidence) -> String {
        String(decoding: evidence.json, as: UTF8.self)
    }

    private func errors(_ text: String) -> [String] {
        do throws(Problem) {
            _ = try ReleaseRequest(Array(text.utf8))
            return []
        } catch {
            guard case .array(let list)? = error.members["errors"] else { return ["\(error)"] }
            return list.map {
                "\($0["pointer"]?.string ?? "?") \($0["detail"]?.string ?? "?")"
            }
        }
    }

    @Test(arguments: [
        ("{}", "/manifest is required where there are no signatures"),
        (#"{"signatures":[]}"#, "/manifest is required where there are no signatures"),
        (#"{"manifest":"{}"}"#, "/manifest must be a release's manifest, or null: "),
        (#"{"signatures":["x"]}"#, "/signatures must hold SSH signatures; of number 1: "),
        (#"{"signatures":[1]}"#, "/signatures must be a list of at most 64 "),
        (#"{"signatures":"x"}"#, "/signatures must be a list of at most 64 "),
        (#"{"signature":[]}"#, "/manifest is required where there are no signatures"),
    ])
    func `what does not fit is told`(text: String, expected: String) {
        #expect(errors(text).first?.hasPrefix(expected) == true, "\(errors(text))")
    }

    @Test func `signatures of a manifest need the manifest`() {
        let evidence = ReleaseEvidence(manifestSignatures: release.evidence.manifestSignatures)
        #expect(errors(body(evidence)) == ["/manifest is required where manifest_signatures are"])
        #expect(errors(body(release.signedDownload)).isEmpty)
    }

    @Test func `it is brought once, read, replaced by its tag, and taken back`() async throws {
        let node = try ScriptNode(["genesis": ScriptNode.steady("v1")])
        let path = "/v1/plans/v9/release"
        try await running(node.supervisor()) { supervisor in
            let router = Router(node: supervisor)
            #expect(await router.send(.get, path).slug == "plan-unknown")
            #expect(await router.send(.delete, path).slug == "plan-unknown")
            let (first, second) = (release.evidence, release.signedDownload)
            let new = await router.send(.put, path, body(first))
            #expect(new.status == .created && new.header("Location") == path)
            #expect(new.json["sequence"]?.integer == 3)
            #expect(
                new.json["manifest"]?.string
                    == first.manifest.map { String(decoding: $0, as: UTF8.self) })
            let etag = try #require(new.header("ETag"))
            #expect(await router.send(.put, path, body(first)).status == .ok)
            let shown = await router.send(.get, path)
            #expect(shown.header("ETag") == etag && shown.json == new.json)
            #expect(
                await router.send(.get, path, headers: ["If-None-Match": etag]).status
                    == .notModified)
            #expect(await router.send(.put, path, body(second)).slug == "precondition-required")
            #expect(
                await router.send(.put, path, body(second), headers: ["If-Match": "\"x\""]).slug
                    == "precondition-failed")
            let other = await router.send(
                .put, path, body(second), headers: ["If-Match": etag])
            #expect(other.status == .ok && other.json["manifest"] == .null)
            #expect(
                await router.send(.delete, path, headers: ["If-Match": etag]).slug
                    == "precondition-failed")
            #expect(await router.send(.delete, path).status == .noContent)
            #expect(await router.send(.get, path).slug == "plan-unknown")
        }
    }
}
