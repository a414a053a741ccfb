import Testing

@testable import Supervisor

/// No bit of a signature may be another one and the signature still hold.
struct SignatureMutationTests {
    private static let content = Array("the bytes of a release\n".utf8)
    private static let digests = ContentDigests(of: content)

    private func accepted(_ text: [UInt8]) -> Bool {
        SSHSignature.holds(text, of: Self.digests)
    }

    /// - Returns: the places whose change was accepted.
    private func accepted(
        changing bytes: [UInt8], every step: Int = 1, as text: ([UInt8]) -> [UInt8]
    ) -> [Int] {
        stride(from: 0, to: bytes.count * 8, by: step).filter { bit in
            var changed = bytes
            changed[bit / 8] ^= 1 << (bit % 8)
            return accepted(text(changed))
        }
    }

    @Test(arguments: HandMadeSigner.all)
    func `no bit of blob or armor can be another`(signer: HandMadeSigner) throws {
        let text = signer.signature(of: Self.content)
        try #require(accepted(text))
        #expect(accepted(changing: text) { $0 }.isEmpty)
        let blob = try SSHSignature(armored: text).blob
        #expect(accepted(changing: blob) { Array(SSHArmor.text(of: $0).utf8) }.isEmpty)
    }

    @Test(.enabled(if: SSHKeygen.isThere, "there is no ssh-keygen"), arguments: [2048, 4096])
    func `no bit of an RSA signature can be another`(bits: Int) throws {
        let keygen = try SSHKeygen()
        let text = try keygen.sign(
            Self.content, with: try keygen.makeKey("rsa", bits: bits))
        try #require(accepted(text))
        // Odd, so that in the end every bit of a byte has had its turn.
        #expect(accepted(changing: text, every: 7) { $0 }.isEmpty)
        let blob = try SSHSignature(armored: text).blob
        #expect(accepted(changing: blob, every: 7) { Array(SSHArmor.text(of: $0).utf8) }.isEmpty)
    }

    @Test(arguments: HandMadeSigner.all)
    func `no byte can be missing or too many`(signer: HandMadeSigner) throws {
        let text = signer.signature(of: Self.content)
        let blob = try SSHSignature(armored: text).blob
        for place in blob.indices {
            var less = blob
            less.remove(at: place)
            #expect(!accepted(Array(SSHArmor.text(of: less).utf8)))
            for byte: UInt8 in [0, 0xff] {
                var more = blob
                more.insert(byte, at: place)
                #expect(!accepted(Array(SSHArmor.text(of: more).utf8)))
            }
        }
    }

    /// What two programs take for the same must not be more than what ssh-keygen takes.
    @Test(.enabled(if: SSHKeygen.isThere, "there is no ssh-keygen"), arguments: HandMadeSigner.all)
    func `nothing holds here that ssh-keygen does not take`(signer: HandMadeSigner) throws {
        let keygen = try SSHKeygen()
        var random = SeededRandom(seed: 7)
        let text = signer.signature(of: Self.content)
        try #require(accepted(text))
        #expect(try keygen.isGenuine(text, of: Self.content))
        #expect(
            try keygen.verifies(
                text, of: Self.content, signers: signer.line("ops"), principal: "ops"))
        for _ in 0..<60 {
            var changed = text
            let place = Int.random(in: changed.indices, using: &random)
            switch Int.random(in: 0..<4, using: &random) {
            case 0: changed[place] = UInt8.random(in: 0...255, using: &random)
            case 1: changed.remove(at: place)
            case 2: changed.insert(UInt8(ascii: "\n"), at: place)
            default: changed.insert(UInt8(ascii: "\r"), at: place)
            }
            guard accepted(changed) else { continue }
            #expect(try keygen.isGenuine(changed, of: Self.content), "\(changed)")
        }
    }
}
