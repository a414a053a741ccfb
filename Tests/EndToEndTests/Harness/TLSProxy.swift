import FoundationEssentials
import Glibc
import Testing

/// An nginx or a stunnel of the configuration that we ship, in front of a node's token socket.
final class TLSProxy {
    let port: UInt16
    private let kind: Kind
    private let process: TestProcess
    private let log: String

    enum Kind: String, CaseIterable {
        case nginx, stunnel

        fileprivate var program: String { self == .nginx ? "/usr/sbin/nginx" : "/usr/bin/stunnel4" }
    }

    /// Where CI says so they have to be.
    static var areThere: Bool {
        let isCI = getenv("CI").map { String(cString: $0) == "true" } ?? false
        return isCI || Kind.allCases.allSatisfy { access($0.program, X_OK) == 0 }
    }

    /// - Parameters:
    ///   - folder: of the certificates; gets the proxy's own files.
    ///   - changes: to the shipped file, besides those of places.
    ///   - user: of nginx's workers, where there is a choice.
    init(
        _ kind: Kind, to socket: String, in folder: String,
        _ changes: [(old: String, new: String)] = [], user: String = "www-data"
    ) async throws {
        self.kind = kind
        port = try TestNode.freePort()
        log = folder + "/\(kind).log"
        let places = [
            ("8443", "127.0.0.1:\(port)"), ("/etc/switchyard/tls", folder),
            ("/run/switchyard/gaia/proxy.sock", socket),
        ]
        let text = try Shipped.text("\(kind)/switchyard.conf", places + changes)
        process =
            switch kind {
            case .nginx: try Self.nginx(text, in: folder, user: user, log: log)
            case .stunnel: try Self.stunnel(text, in: folder, log: log)
            }
        try await eventually("\(kind) listens: \((try? read(log)) ?? "")") { isListening }
    }

    /// An nginx with this in its `http`.
    private static func nginx(
        _ text: String, in folder: String, user: String, log: String
    ) throws -> TestProcess {
        let user = geteuid() == 0 ? "user \(user);\n" : ""
        let places = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map {
            "\($0)_temp_path \(folder)/\($0);\n"
        }
        try write(text, to: folder + "/site.conf")
        try write(
            user + "daemon off;\npid \(folder)/nginx.pid;\nerror_log \(log);\nevents {}\n"
                + "http {\naccess_log off;\n\(places.joined())include \(folder)/site.conf;\n}\n",
            to: folder + "/nginx.conf")
        return try TestProcess(
            Kind.nginx.program, ["-e", log, "-c", folder + "/nginx.conf"],
            environment: [:], log: log)
    }

    private static func stunnel(
        _ text: String, in folder: String, log: String
    ) throws -> TestProcess {
        let user = geteuid() == 0 ? "" : "; "
        let own = text.replacing("setuid", with: user + "setuid")
            .replacing("setgid", with: user + "setgid")
        try write("foreground = yes\n" + own, to: folder + "/stunnel.conf")
        return try TestProcess(
            Kind.stunnel.program, [folder + "/stunnel.conf"], environment: [:], log: log)
    }

    private var isListening: Bool {
        let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(socket) }
        return Loopback(port: port).call { connect(socket, $0, $1) }
    }

    deinit {
        // nginx ends its workers only when it is asked to; whatever else goes with its process.
        guard kind == .nginx else { return }
        process.signal(SIGTERM)
        var info = siginfo_t()
        waitid(P_PID, id_t(process.pid), &info, WEXITED | WNOWAIT)
    }
}

private func read(_ path: String) throws -> String {
    String(decoding: try Data(contentsOf: URL(filePath: path)), as: UTF8.self)
}

private func write(_ text: String, to path: String) throws {
    try Data(text.utf8).write(to: URL(filePath: path))
}

/// The files that the shipped configurations name, a client's `own`, and a `strange` one of another
/// authority.
enum Certificates {
    static func make(in folder: String) async throws {
        let script = """
            cd "$FOLDER"
            authority() {
                openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 \\
                    -subj "/CN=$1" -keyout "$1.key" -out "$1.crt"
            }
            certificate() {
                openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$2" \\
                    -addext "subjectAltName=DNS:$2" -keyout "$1.key" -out "$1.csr"
                openssl x509 -req -in "$1.csr" -CA "$3.crt" -CAkey "$3.key" -CAcreateserial -days 2 \\
                    -copy_extensions copy -out "$1.crt"
            }
            authority servers && authority clients && authority strangers &&
                certificate server gaia.test servers && certificate own ops clients &&
                certificate strange ops strangers && echo made
            """
        let made = try await shell(script, ["FOLDER": folder])
        try #require(made.hasSuffix("made\n"), "\(made)")
    }
}
