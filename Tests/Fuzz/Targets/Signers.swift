import FoundationEssentials

@testable import Supervisor

/// Each key of a file that is read may sign or has a reason why not, and the file is the same with
/// other ends of lines.
func checkSigners(_ bytes: [UInt8]) {
    guard let signers = try? AllowedSigners(bytes) else { return }
    let returned = bytes.flatMap { byte in
        byte == UInt8(ascii: "\n") ? Array("\r\n".utf8) : [byte]
    }
    if returned.count <= AllowedSigners.limit, !bytes.contains(UInt8(ascii: "\r")) {
        expect((try? AllowedSigners(returned)) == signers, "its lines are others with CRLF")
    }
    for line in signers.lines {
        expect(!line.principals.isEmpty, "a line names nobody")
        for seconds in [0.0, 1_796_083_200, 253_402_300_799] {
            check(line, of: signers, at: Date(timeIntervalSince1970: seconds))
        }
    }
}

private func check(_ line: SignerLine, of signers: AllowedSigners, at date: Date) {
    let fits = line.namespaces?.matches("switchyard") ?? true
    let mayItself = fits && line.isValid(at: date) && !line.isAuthority
    do throws(SignerRefusal) {
        let names = try signers.principals(of: line.key, namespace: "switchyard", at: date)
        expect(!names.isEmpty, "nobody may sign")
        expect(!mayItself || line.principals.allSatisfy(names.contains), "a name is missing")
    } catch {
        expect(!mayItself, "a line that allows it is passed over: \(error)")
    }
}
