import Glibc

/// The supervisor as a user who owns the home and nothing else, binaries neither.
struct Unprivileged {
    static let user: uid_t = 65534
    /// To be started in the supervisor's place.
    let program: String

    init(_ node: TestNode) async throws {
        program = node.path + "/switchyard-as-nobody"
        _ = try await shell(
            #"""
            printf '%s\n' '#!/bin/sh' \
                "exec setpriv --reuid=$U --regid=$U --clear-groups '$SWITCHYARD' \"\$@\"" > "$P"
            chmod 755 "$P" && find "$H" ! -name simd -exec chown "$U:$U" '{}' +
            """#, ["P": program, "H": node.path, "U": "\(Self.user)"])
    }
}
