import FoundationEssentials
import Testing

@testable import Supervisor

/// Lines of allowed signers as ssh-keygen understands them.
@Suite(.enabled(if: SSHKeygen.isThere, "there is no ssh-keygen"))
struct SignerPeerTests {
    /// `K` is the key.
    @Test(arguments: [
        "a K", "a,b K", "\"a\" K", "a\tK", "\t a  K", "a K a comment", "b K\n# c\n\na K", "!b,a K",
        "a namespaces=\"switchyard\" K", "a NAMESPACES=\"git,switch*\" K", "a namespaces=\"git\" K",
        "a namespaces=\"*,!switchyard\" K", "a namespaces=\"!git\" K", "a namespaces=\"sw?tch*\" K",
        "a valid-after=\"20200101\" K", "a valid-after=\"20980101Z\" K",
        "a valid-before=\"209801011200Z\" K", "a valid-before=\"20200101123000\" K",
        "a valid-after=\"20200101Z\",valid-before=\"20980101Z\" K",
        "a valid-before=\"20200101\",valid-after=\"20210101\" K", "a valid-after=\"2020\" K",
        "a valid-after=\"20200101Z\",namespaces=\"git,switchyard\" K", "a cert-authority K",
        "a namespaces=\"git\\\"\" K", "a namespaces=switchyard K", "a namespaces K",
        "a namespaces=\"switchyard K", "a namespaces=\"switchyard\", K", "a nonsense K",
        "a namespaces=\"git\",namespaces=\"switchyard\" K", "a cert-authority,nonsense K", "a", "K",
        "b cert-authority K\na K", "a namespaces=\"git\" K\na K", "a ssh-rsa K",
    ])
    func `a line allows what it allows there`(line: String) throws {
        let keygen = try SSHKeygen()
        let signer = HandMadeSigner.ed25519()
        let content = Array("content".utf8)
        let key = "ssh-ed25519 " + Data(signer.key).base64EncodedString()
        let file = line.replacing("K", with: key) + "\n"
        let theirs = try keygen.verifies(
            signer.signature(of: content), of: content, signers: file, principal: "a")
        // Whether, not why.
        let ours = try? AllowedSigners(file).principals(
            of: SSHPublicKey(blob: signer.key), namespace: "switchyard", at: .now)
        #expect((ours?.contains("a") ?? false) == theirs, "\(file)")
    }
}
