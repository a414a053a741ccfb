import Testing

@testable import Supervisor

struct TrustRuleTests {
    private static let one = String(repeating: "1", count: 64)
    private static let two = String(repeating: "2", count: 64)
    private static let long = String(repeating: "3", count: 128)

    private func plan(pin: String? = nil, info: String? = nil) -> PlanFacts {
        PlanFacts(
            name: "v1", directory: "upgrades/v1", origin: .chain, trigger: .chain, info: info,
            expectedSHA256: pin, state: .pending, reasonCode: .beforeHeight, reason: "",
            binary: .absent)
    }

    private func info(_ checksum: String, key: String = PlanInfo.platform) -> String {
        #"{"binaries":{"\#(key)":"https://example.org/v1?checksum=\#(checksum)"}}"#
    }

    private func trust(_ plan: PlanFacts?, isVouchedFor: Bool = false) -> BinaryFacts.Trust? {
        TrustRule(plan: plan, voucher: Voucher(isOperator: isVouchedFor)).trust(
            in: ContentDigests(sha256: Self.one, sha512: Self.long))
    }

    @Test func `bytes that nothing vouches for are not trusted`() {
        #expect(trust(nil) == nil)
        #expect(trust(plan()) == nil)
        #expect(trust(plan(info: info("sha256:" + Self.two))) == nil)
        #expect(trust(plan(info: "https://example.org/v1.json")) == nil)
        #expect(trust(plan(info: #"{"binaries":{}}"#)) == nil)
        #expect(trust(plan(info: info("sha256:" + Self.one, key: "plan9/amd64"))) == nil)
    }

    @Test(arguments: ["sha256:" + one, "sha512:" + long, one, long, "sha256%3A" + one])
    func `the plan's checksum vouches for its bytes`(checksum: String) {
        #expect(trust(plan(info: info(checksum))) == .planChecksum)
        #expect(trust(plan(info: info(checksum, key: "any"))) == .planChecksum)
        let upper = checksum.uppercased().replacing("SHA", with: "sha")
        #expect(trust(plan(info: info(upper))) == .planChecksum)
    }

    @Test(arguments: [
        "sha256:" + long, "sha512:" + one, "md5:" + one, "sha256:" + one.dropLast() + "g",
        "sha256:a:" + one, "", "file:https://example.org/sums",
        "sha256:\(one)&checksum=sha256:\(one)",
    ])
    func `a checksum that cannot be understood vouches for nothing`(checksum: String) {
        #expect(trust(plan(info: info(checksum))) == nil)
    }

    @Test func `this platform's address counts before the one for any`() {
        let info =
            #"{"binaries":{"any":"https://a?checksum=sha256:\#(Self.one)","#
            + #""\#(PlanInfo.platform)":"https://b?checksum=sha256:\#(Self.two)"}}"#
        #expect(trust(plan(info: info)) == nil)
    }

    @Test func `an operator's pin vouches, and no other bytes pass it`() {
        #expect(trust(plan(pin: Self.one)) == .pinned)
        #expect(trust(plan(pin: Self.two)) == nil)
        #expect(trust(plan(pin: Self.two), isVouchedFor: true) == nil)
        #expect(trust(plan(pin: Self.two, info: info("sha256:" + Self.one))) == nil)
        #expect(trust(plan(pin: Self.one, info: info("sha256:" + Self.one))) == .planChecksum)
    }

    @Test func `an operator who sends the digest along vouches`() {
        #expect(trust(nil, isVouchedFor: true) == .pinned)
        #expect(trust(plan(info: info("sha256:" + Self.two)), isVouchedFor: true) == .pinned)
    }
}

struct BinaryConditionTests {
    private func refusal(
        _ condition: BinaryCondition, _ binary: BinaryFacts, isSame: Bool = false
    ) -> StagingRefusal? {
        do throws(StagingRefusal) {
            try condition.check(binary, isSame: isSame)
            return nil
        } catch {
            return error
        }
    }

    @Test func `what is staged is replaced only by who says what it is`() {
        let staged = BinaryFacts(state: .staged, sha256: "a")
        let held = BinaryFacts(state: .held, sha256: "a")
        #expect(refusal(.none, staged) == .preconditionRequired)
        #expect(refusal(.none, staged, isSame: true) == nil)
        #expect(refusal(.none, held) == nil)
        #expect(refusal(.none, .absent) == nil)
        for binary in [staged, held] {
            #expect(refusal(.sha256(["b", "a"]), binary) == nil)
            #expect(refusal(.sha256(["b"]), binary) == .preconditionFailed)
            #expect(refusal(.present, binary) == nil)
            #expect(refusal(.absent, binary) == .preconditionFailed)
        }
        #expect(refusal(.sha256(["a"]), .absent) == .preconditionFailed)
        #expect(refusal(.present, .absent) == .preconditionFailed)
        #expect(refusal(.absent, .absent) == nil)
    }
}
