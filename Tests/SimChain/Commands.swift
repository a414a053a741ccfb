import Glibc

/// `version`, plain or as JSON.
func printVersion(_ settings: Settings, _ behaviour: Behaviour) -> Never {
    guard settings.arguments.has("long") else {
        say(behaviour.version)
        leave(0)
    }
    let fields = [
        ("name", "sim"), ("server_name", settings.name), ("version", behaviour.version),
        ("commit", String(repeating: "0", count: 40)),
        ("cosmos_sdk_version", behaviour.sdk.version),
    ]
    if settings.arguments.all.contains("json") || settings.arguments.all.contains("--output=json") {
        let members = fields.map { "\(JSON.quoted($0)):\(JSON.quoted($1))" }
        say("{\(members.joined(separator: ","))}")
    } else {
        for (name, value) in fields { say("\(name): \(value)") }
    }
    leave(0)
}

/// `status`: what the node of this home says of itself.
func printStatus(_ settings: Settings, _ behaviour: Behaviour) -> Never {
    let configured = RPCAddress(settings)
    let file = trimmed(Files.text("\(settings.home)/config/rpc.port"))
    let port = configured.port == 0 ? Int(file) ?? 0 : configured.port
    guard let result = fetchStatus(host: configured.host, port: port) else {
        let place = "\(configured.host):\(port)"
        complain("Usage:\n  \(settings.name) status [flags]\n")
        complain(
            "Error: post failed: Post \"http://\(place)\": dial tcp \(place): connect: "
                + "connection refused")
        leave(1)
    }
    // Up to 0.47 the command had Go's names for the three parts.
    say(behaviour.sdk.panics ? legacyNames(result) : result)
    leave(0)
}

private func fetchStatus(host: String, port: Int) -> String? {
    let connection = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(connection) }
    var address = SocketAddress(host: host, port: port)
    guard address.connect(connection) else { return nil }
    writeAll(Array("GET /status HTTP/1.1\r\nConnection: close\r\n\r\n".utf8), to: connection)
    var received: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 4096)
    while case let count = read(connection, &chunk, chunk.count), count > 0 {
        received += chunk.prefix(count)
    }
    let text = String(decoding: received, as: UTF8.self)
    guard let start = text.firstRange(of: "\"result\":")?.upperBound else { return nil }
    return String(text[start...].dropLast())
}

private func legacyNames(_ status: String) -> String {
    var text = status
    for (name, legacy) in [
        ("node_info", "NodeInfo"), ("sync_info", "SyncInfo"), ("validator_info", "ValidatorInfo"),
    ] {
        if let range = text.firstRange(of: "\"\(name)\"") {
            text.replaceSubrange(range, with: "\"\(legacy)\"")
        }
    }
    return text
}

/// `pre-upgrade`, which most chains lack.
struct PreUpgrade {
    let settings: Settings
    let ledger: Ledger

    func run() -> Never {
        ledger.write("pre-upgrade", settings.arguments.all.dropFirst().joined(separator: " "))
        if settings.isOn("no_home_flag"), settings.arguments.has("home") {
            complain("Error: unknown flag: --home")
            leave(1)
        }
        guard let codes = settings["pre_upgrade_exit"] else {
            complain("Error: unknown command \"pre-upgrade\" for \"\(settings.name)\"")
            leave(1)
        }
        usleep(UInt32(settings["pre_upgrade_ms"] ?? "").map { $0 * 1000 } ?? 0)
        if let output = settings["pre_upgrade_output"] { say(output) }
        if settings.isOn("pre_upgrade_config") {
            Files.append("# pre-upgrade\n", to: "\(settings.home)/config/app.toml")
        }
        let run = Files.append(".", to: "\(settings.home)/pre-upgrade.count")
        let each = codes.split(separator: ",").compactMap { Int32(trimmed($0)) }
        leave(each.isEmpty ? 0 : each[min(run, each.count) - 1])
    }
}
