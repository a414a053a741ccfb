import FoundationEssentials
import Testing

@testable import Supervisor

struct SignatureTallyTests {
    private static let content = Array("content".utf8)
    private let one = HandMadeSigner.ed25519()
    private let two = HandMadeSigner.p256()
    private let three = HandMadeSigner.hardwareEd25519()

    private func tally(
        _ signatures: [[UInt8]], signers: String, at date: Date = .now
    ) throws -> SignatureTally {
        SignatureTally(
            signatures, over: ContentDigests(of: Self.content),
            signers: try AllowedSigners(signers), at: date)
    }

    private func sign(_ signers: HandMadeSigner...) -> [[UInt8]] {
        signers.map { $0.signature(of: Self.content) }
    }

    @Test func `each signer counts`() throws {
        let signers = one.line("a") + two.line("b") + three.line("c")
        let tally = try tally(sign(three, one, two), signers: signers)
        #expect(tally.signers.map(\.names) == [["c"], ["a"], ["b"]])
        #expect(tally.uncounted.isEmpty)
        #expect(tally.shortfall(of: 3) == nil)
        #expect(tally.shortfall(of: 4) == "3 of 4 signers vouch for it")
        let prints = try [three, one, two].map { try SSHPublicKey(blob: $0.key).fingerprint }
        #expect(tally.signers.map(\.fingerprint) == prints)
    }

    @Test func `a key counts once`() throws {
        // ECDSA never makes the same signature twice.
        let tally = try tally(sign(two, two), signers: two.line("a") + two.line("b"))
        #expect(tally.signers.map(\.names) == [["a", "b"]])
        #expect(tally.uncounted == [.init(index: 1, reason: .repeated)])
    }

    @Test func `two keys of one signer count once`() throws {
        let tally = try tally(sign(one, two), signers: one.line("a") + two.line("a"))
        #expect(tally.signers.map(\.names) == [["a"]])
        #expect(tally.uncounted == [.init(index: 1, reason: .repeated)])
    }

    @Test func `those that share names by others are one, in whatever order`() throws {
        let signers = one.line("a") + two.line("a,b") + three.line("b")
        for order in [[one, two, three], [one, three, two], [two, one, three]] {
            let tally = try tally(
                order.map { $0.signature(of: Self.content) }, signers: signers)
            #expect(tally.signers.count == 1)
            #expect(tally.uncounted.map(\.index) == [1, 2])
        }
        #expect(try tally(sign(one, three), signers: signers).signers.count == 2)
    }

    @Test func `what does not count has its reason`() throws {
        let past = two.line("b", options: "valid-before=\"20200101Z\"")
        let other = three.line("c", options: "namespaces=\"git\"")
        let signatures =
            [Array("nonsense".utf8), one.signature(of: Self.content + [0])]
            + sign(two, three, .p384()) + [one.signature(of: Self.content, namespace: "file")]
        let tally = try tally(signatures, signers: one.line("a") + past + other)
        #expect(tally.signers.isEmpty)
        let expired = Date(timeIntervalSince1970: 1_577_836_800)
        #expect(
            tally.uncounted.map(\.reason) == [
                .signature(.noHeader), .signature(.invalid), .signer(.expired(2, expired)),
                .signer(.namespace(3, "switchyard")), .signer(.unknown),
                .signature(.namespace("\"file\"", expected: "switchyard")),
            ])
        #expect(
            tally.shortfall(of: 1)?.hasPrefix(
                "0 of 1 signers vouch for it; signature 1: it does not begin with") == true)
        #expect(!tally.isWaiting)
    }

    @Test func `no more than 64 signatures are looked at`() throws {
        let nonsense = [[UInt8]](repeating: [], count: 64)
        let tally = try tally(nonsense + sign(one), signers: one.line("a"))
        #expect(tally.signers.isEmpty)
        #expect(tally.uncounted.last == .init(index: 64, reason: .tooMany))
    }
}
