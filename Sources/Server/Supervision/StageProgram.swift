import Glibc
import Supervisor

/// Where `switchyard-stage` is, which handles bytes that nobody vouches for.
enum StageProgram {
    /// Beside this program, or in `../libexec/switchyard`; nil when it is in neither.
    static var path: String? {
        guard let own = realPath("/proc/self/exe"), let slash = own.lastIndex(of: "/") else {
            return nil
        }
        let folder = own[..<slash]
        return ["", "/../libexec/switchyard"].compactMap { place in
            realPath(folder + place + "/switchyard-stage")
        }.first { access($0, X_OK) == 0 }
    }

    private static func realPath(_ path: some StringProtocol) -> String? {
        guard let resolved = realpath(String(path), nil) else { return nil }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    /// What it is given of our environment: proxies, and where certificates are.
    private static let variables: Set<String> = [
        "http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "no_proxy",
        "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR",
    ]

    static func environment(of environment: [String: String]) -> [String] {
        environment.filter { variables.contains($0.key) }.map { "\($0)=\($1)" }.sorted()
    }
}

extension Setup {
    mutating func useStage(
        _ program: String?, for configuration: Configuration, _ environment: [String: String]
    ) {
        stageProgram = program
        stageEnvironment = StageProgram.environment(of: environment)
        staging.takesArchives = program != nil
        downloads = configuration.allowsDownloads
        requiresChecksums = configuration.requiresChecksums
        allowsWeakChecksums = configuration.allowsWeakChecksums
        fetchesPrivate = configuration.fetchesPrivate
        trust = configuration.trust
        trustThreshold = configuration.trustThreshold
        trustSigners = configuration.trustSigners
    }
}
