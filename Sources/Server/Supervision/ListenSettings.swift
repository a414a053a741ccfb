import Glibc
import Logging
import Supervisor

extension ListenOptions {
    /// What the operator allows of the listeners.
    init(
        _ configuration: Configuration, handover: Handover, environment: [String: String],
        log: Logger
    ) {
        self.init()
        group = configuration.groupID
        allowsRemote = configuration.allowsRemote
        hosts = configuration.apiHosts
        self.handover = handover
        tokens = TokenBook(
            configuration.tokenFiles(credentials: environment["CREDENTIALS_DIRECTORY"]), log: log)
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
