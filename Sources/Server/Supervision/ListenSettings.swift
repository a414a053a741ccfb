import Glibc
import Logging
import Supervisor

extension ListenOptions {
    /// What the operator allows of the listeners; a group that does not exist is said in the log.
    init(
        _ configuration: Configuration, handover: Handover, environment: [String: String],
        log: Logger
    ) {
        self.init()
        if let name = configuration.apiGroup {
            group = getgrnam(name)?.pointee.gr_gid
            if group == nil {
                log.warning("SWITCHYARD_API_GROUP names no group", metadata: ["group": "\(name)"])
            }
        }
        allowsRemote = configuration.allowsRemote
        hosts = configuration.apiHosts
        self.handover = handover
        tokens = TokenBook(
            configuration.tokenFiles(credentials: environment["CREDENTIALS_DIRECTORY"]), log: log)
    }

    /// Says what is allowed and dangerous, and what can't work.
    func tellWhatToMind(of addresses: [ListenAddress], to log: Logger) {
        for address in addresses {
            if allowsRemote, case .tcp(let host, _) = address, !SocketAddress.isLoopback(host) {
                log.warning(
                    "other hosts can reach the API, and what is sent there, tokens too, is not secret",
                    metadata: ["listener": "\(address)"])
            }
            if hosts.names.isEmpty, address.kind == .unix, address.callers == .token {
                log.warning(
                    "a proxy's socket answers to no name until SWITCHYARD_API_HOSTS says some",
                    metadata: ["listener": "\(address)"])
            }
        }
    }
}

extension Configuration {
    /// Where tokens are looked for: those of `switchyard token`, and a credential of systemd's.
    ///
    /// - Parameter credentials: CREDENTIALS_DIRECTORY, see systemd.exec(5).
    func tokenFiles(credentials: String?) -> [TokenFile] {
        let own = TokenFile(
            path: tokensFile, owners: [geteuid(), homeOwner].compactMap(\.self),
            isExpected: given.contains(.tokensFile))
        guard let credentials, !credentials.isEmpty else { return [own] }
        let credential = TokenFile(
            path: credentials + "/switchyard-tokens", owners: [geteuid()], isExpected: false)
        return [own, credential]
    }

    /// Whoever owns the home decides already what runs there.
    var homeOwner: uid_t? {
        var info = stat()
        return stat(home.path, &info) == 0 ? info.st_uid : nil
    }
}
