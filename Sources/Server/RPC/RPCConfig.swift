import Supervisor

extension RPCAddress {
    /// Reads where a node listens from `config/config.toml` of its home.
    ///
    /// - Returns: Nil when there is no such file or line, or what it says is no address.
    init?(configOf home: Home) {
        guard let config = try? NodeConfig(path: home.config + "/config.toml"),
            let value = config.string("laddr", in: "rpc")
        else { return nil }
        self.init(value)
    }
}
