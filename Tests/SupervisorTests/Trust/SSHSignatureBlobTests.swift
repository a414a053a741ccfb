import Crypto
import FoundationEssentials
import Testing

@testable import Supervisor

/// Signatures that are put together byte by byte, as no program would make them.
struct SSHSignatureBlobTests {
    private static let digests = ContentDigests(of: Array("content".utf8))
    private let signer = HandMadeSigner.ed25519()

    private func error(_ blob: [UInt8]) -> SSHSignatureError? {
        do throws(SSHSignatureError) {
            try SSHSignature(blob: blob).verify(Self.digests, namespace: "switchyard")
            return nil
        } catch {
            return error
        }
    }

    private func error(
        _ signer: HandMadeSigner, _ change: (inout HandMadeSignature) -> Void = { _ in }
    ) -> SSHSignatureError? {
        var signature = HandMadeSignature(Self.digests, signer: signer)
        change(&signature)
        return error(signature.blob)
    }

    @Test(arguments: HandMadeSigner.all)
    func `one made by hand holds`(signer: HandMadeSigner) {
        #expect(error(signer) == nil)
    }

    @Test func `only version 1 without anything reserved is read`() {
        #expect(error(signer) { $0.magic = Array("SSHSIg".utf8) } == .malformed)
        #expect(error(signer) { $0.version = 0 } == .version(0))
        #expect(error(signer) { $0.version = 2 } == .version(2))
        #expect(error(signer) { $0.reserved = [1] } == .reserved)
        #expect(error(signer) { $0.tail = [0] } == .malformed)
        #expect(error(signer) { $0.namespace = [] } == .malformed)
        #expect(error(signer) { $0.namespace = [0xff] } == .malformed)
        for name in ["sha1", "SHA512", "sha384", "", "sha512 "] {
            #expect(
                error(signer) { $0.hash = Array(name.utf8) }
                    == .unknownHash("\"\(name)\"".shownBlank))
        }
    }

    @Test func `every part of it is signed`() {
        #expect(error(signer) { $0.hash = Array("sha256".utf8) } == .invalid)
        let other = HandMadeSigner.ed25519()
        #expect(error(signer) { $0.key = other.key } == .invalid)
        var blob = HandMadeSignature(Self.digests, signer: signer).blob
        while !blob.isEmpty {
            blob.removeLast()
            #expect(error(blob) == .malformed)
        }
    }

    @Test func `a namespace that only looks the same is another`() {
        var signature = HandMadeSignature(
            Self.digests, namespace: Array("caf\u{e9}".utf8), signer: signer)
        #expect(throws: Never.self) {
            try SSHSignature(blob: signature.blob).verify(Self.digests, namespace: "caf\u{e9}")
        }
        #expect(throws: SSHSignatureError.self) {
            try SSHSignature(blob: signature.blob).verify(Self.digests, namespace: "cafe\u{301}")
        }
        signature.namespace = Array("switchyard\0".utf8)
        #expect(throws: SSHSignatureError.self) {
            try SSHSignature(blob: signature.blob).verify(Self.digests, namespace: "switchyard")
        }
    }

    @Test func `the algorithm is one of the key's`() {
        let names = [
            "ssh-rsa", "rsa-sha2-512", "ecdsa-sha2-nistp256", "sk-ssh-ed25519@openssh.com",
        ]
        for name in names {
            #expect(
                error(signer) { $0.algorithm = Array(name.utf8) }
                    == .algorithm("\"\(name)\"", key: "ssh-ed25519"))
        }
    }

    @Test func `keys that we do not know are refused by name`() {
        func key(_ type: String) -> [UInt8] {
            var blob: [UInt8] = []
            blob.appendSSH(type.utf8)
            blob.appendSSH([UInt8](repeating: 1, count: 32))
            return blob
        }
        for type in ["ssh-ed25519-cert-v01@openssh.com", "rsa-sha2-512-cert-v01@openssh.com"] {
            #expect(error(signer) { $0.key = key(type) } == .key(.certificate("\"\(type)\"")))
        }
        for type in ["ssh-dss", "ssh-mldsa44-ed25519@openssh.com", "ecdsa-sha2-nistp224", ""] {
            #expect(error(signer) { $0.key = key(type) } == .key(.unknownType("\"\(type)\"")))
        }
        let webauthn = "webauthn-sk-ecdsa-sha2-nistp256@openssh.com"
        #expect(error(signer) { $0.key = key(webauthn) } == .key(.unknownType("\"\(webauthn)\"")))
        #expect(error(signer) { $0.key = key("a\u{1b}[2Jb") } == .key(.unknownType("\"a?[2Jb\"")))
    }

    @Test(arguments: HandMadeSigner.hardware)
    func `a hardware key that nobody touched does not count`(signer: HandMadeSigner) {
        for flags: UInt8 in [0, 4, 0xfe] {
            let signature = HandMadeSignature(Self.digests, signer: signer, flags: flags)
            #expect(error(signature.blob) == .untouched)
        }
        let verified = HandMadeSignature(Self.digests, signer: signer, flags: 5)
        #expect(error(verified.blob) == nil)
        #expect(error(signer) { $0.presence = [1, 0, 0, 0, 8] } == .invalid)
        #expect(error(signer) { $0.presence = [5, 0, 0, 0, 7] } == .invalid)
        #expect(error(signer) { $0.presence = [1, 0, 0, 0] } == .malformed)
        #expect(error(signer) { $0.presence = [1, 0, 0, 0, 7, 0] } == .malformed)
    }

    @Test func `numbers of ECDSA have one form`() {
        let signer = HandMadeSigner.p256()
        var reader = SSHReader(HandMadeSignature(Self.digests, signer: signer).proof)
        let halves = [reader.positive(), reader.positive()].map { $0 ?? [] }
        func blob(_ r: [UInt8], _ s: [UInt8], tail: [UInt8] = []) -> SSHSignatureError? {
            var proof: [UInt8] = []
            proof.appendSSH(r)
            proof.appendSSH(s)
            return error(signer) { $0.proof = proof + tail }
        }
        func mpint(_ number: [UInt8]) -> [UInt8] { (number[0] >= 0x80 ? [0] : []) + number }
        let (r, s) = (mpint(halves[0]), mpint(halves[1]))
        #expect(blob(r, s) == nil)
        #expect(blob(r, s, tail: [0]) == .malformed)
        #expect(blob([0] + r, s) == .malformed)
        #expect(blob(r, [0] + s) == .malformed)
        #expect(blob([], s) == .malformed)
        #expect(blob([0], s) == .malformed)
        #expect(blob(r, [0x80] + s) == .malformed)
        #expect(blob([0xff], s) == .malformed)
        #expect(blob([1] + [UInt8](repeating: 0, count: 32), s) == .malformed)
        #expect(blob([0] + [UInt8](repeating: 0xff, count: 32), s) == .invalid)
        #expect(blob([1], s) == .invalid)
        #expect(blob(s, r) == .invalid)
    }

    /// About one in 128 has a half that is shorter than the curve.
    @Test func `halves that are short or begin with a bit are read`() {
        var widths: Set<Int> = []
        // Hundreds are enough but for one time in a hundred.
        for _ in 0..<4000 where !widths.isSuperset(of: [31, 32, 33]) {
            let signer = HandMadeSigner.p256()
            let signature = HandMadeSignature(Self.digests, signer: signer)
            var reader = SSHReader(signature.proof)
            widths.insert(reader.string()?.count ?? 0)
            widths.insert(reader.string()?.count ?? 0)
            #expect(error(signature.blob) == nil)
        }
        #expect(widths.isSuperset(of: [31, 32, 33]))
    }

    @Test func `points that are not on the curve are no keys`() {
        func point(_ change: (inout [UInt8]) -> Void) -> SSHSignatureError? {
            let key = P256.Signing.PrivateKey()
            var point = Array(key.publicKey.x963Representation)
            change(&point)
            var blob: [UInt8] = []
            blob.appendSSH("ecdsa-sha2-nistp256".utf8)
            blob.appendSSH("nistp256".utf8)
            blob.appendSSH(point)
            return error(HandMadeSigner.p256()) { $0.key = blob }
        }
        #expect(point { $0[64] ^= 1 } == .key(.malformed))
        #expect(point { $0[0] = 2 } == .key(.malformed))
        #expect(point { $0.removeLast() } == .key(.malformed))
        #expect(point { $0 = [0] } == .key(.malformed))
        #expect(point { _ in } == .invalid)
    }
}

extension String {
    /// As messages show a blank.
    fileprivate var shownBlank: String { replacing(" ", with: "?") }
}
