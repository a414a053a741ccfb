import Glibc

/// Turns the text of settings into what they mean.
struct SettingReader {
    private let settings: Settings

    init(_ settings: Settings) {
        self.settings = settings
    }

    func integer(_ key: String, _ standard: Int) throws(BadSetting) -> Int {
        guard let text = settings[key] else { return standard }
        return try number(text, key)
    }

    /// A number of milliseconds.
    func duration(_ key: String, _ standard: Int) throws(BadSetting) -> Duration {
        .milliseconds(try integer(key, standard))
    }

    func list(_ key: String) -> [String] {
        (settings[key] ?? "").split(separator: ",").map { String(trimmed($0)) }
    }

    func choice<Choice: RawRepresentable<String>>(
        _ key: String, _ standard: Choice
    ) throws(BadSetting) -> Choice {
        guard let text = settings[key] else { return standard }
        guard let choice = Choice(rawValue: text) else { throw BadSetting(key: key, value: text) }
        return choice
    }

    /// `v2@20,v3@40`, lowest height first.
    func plans(_ key: String, info: String) throws(BadSetting) -> [Plan] {
        var plans: [Plan] = []
        for text in list(key) {
            let parts = text.split(separator: "@")
            guard parts.count == 2 else { throw BadSetting(key: key, value: text) }
            let height = try number(String(parts[1]), key)
            plans.append(Plan(name: String(parts[0]), height: height, info: info))
        }
        return plans.sorted { $0.height < $1.height }
    }

    /// `<MiB>@<height>`.
    func allocation() throws(BadSetting) -> Allocation? {
        guard let text = settings["allocate"] else { return nil }
        let parts = text.split(separator: "@").map(String.init)
        guard parts.count == 2 else { throw BadSetting(key: "allocate", value: text) }
        return Allocation(
            mebibytes: try number(parts[0], "allocate"), height: try number(parts[1], "allocate"))
    }

    func write(emptyFor microseconds: Int) throws(BadSetting) -> WriteStyle {
        let (word, number) = try split("write", "plain")
        switch word {
        case "plain": return .plain(emptyFor: .microseconds(microseconds))
        case "halves": return .halves(pause: .milliseconds(number ?? 100))
        case "renamed": return .renamed
        case "enospc": return .enospc
        case "eacces": return .eacces
        case "none": return .none
        case "after_term": return .afterTerm
        default: throw BadSetting(key: "write", value: word)
        }
    }

    func halt() throws(BadSetting) -> HaltStyle {
        let text = settings["halt"] ?? "consensus"
        if text.hasPrefix("signal:") { return .signal(try signalNumber(text.dropFirst(7))) }
        let (word, number) = try split("halt", "consensus")
        switch word {
        case "consensus": return .consensus
        case "blocksync": return .blocksync
        case "exit": return .exit(Int32(number ?? 1))
        default: throw BadSetting(key: "halt", value: text)
        }
    }

    func optimism(rounds: Int) throws(BadSetting) -> Optimism {
        switch settings["optimistic"] ?? "off" {
        case "off": .off
        case "never": .never(rounds: max(1, rounds))
        case let text:
            .decided(
                after: .milliseconds(try number(text, "optimistic")), rounds: max(1, rounds))
        }
    }

    /// pflag's IntSlice: the flag's values, else the environment's, else the setting's.
    func skips() throws(BadSetting) -> Set<Int> {
        var texts = settings.arguments.skips
        if texts.isEmpty { texts = settings.prefixed("UNSAFE_SKIP_UPGRADES").map { [$0] } ?? [] }
        if texts.isEmpty { texts = settings["skip"].map { [$0] } ?? [] }
        var heights: Set<Int> = []
        for part in texts.flatMap({ $0.split { ", []".contains($0) } }) {
            heights.insert(try number(String(part), "unsafe-skip-upgrades"))
        }
        return heights
    }

    /// Flag, environment, app.toml, setting: the first that is there; 0 in app.toml is its default.
    func haltHeight() throws(BadSetting) -> Int {
        let flag = settings.arguments.haltHeight ?? settings.prefixed("HALT_HEIGHT")
        if let flag { return try number(flag, "halt-height") }
        let file = TOML(path: "\(settings.home)/config/app.toml").value("halt-height")
        if let file, let height = Int(file), height > 0 { return height }
        return try integer("halt_height", 0)
    }

    private func split(_ key: String, _ standard: String) throws(BadSetting) -> (String, Int?) {
        let parts = (settings[key] ?? standard).split(separator: ":")
        guard let word = parts.first else { return (standard, nil) }
        return (String(word), parts.count > 1 ? try number(String(parts[1]), key) : nil)
    }

    private func signalNumber(_ text: Substring) throws(BadSetting) -> Int32 {
        let known: [String: Int32] = [
            "HUP": SIGHUP, "INT": SIGINT, "QUIT": SIGQUIT, "ILL": SIGILL, "ABRT": SIGABRT,
            "BUS": SIGBUS, "FPE": SIGFPE, "KILL": SIGKILL, "SEGV": SIGSEGV, "PIPE": SIGPIPE,
            "TERM": SIGTERM,
        ]
        let name = text.hasPrefix("SIG") ? text.dropFirst(3) : text
        if let number = known[String(name)] { return number }
        return Int32(try number(String(text), "halt"))
    }

    private func number(_ text: String, _ key: String) throws(BadSetting) -> Int {
        guard let number = Int(text) else { throw BadSetting(key: key, value: text) }
        return number
    }
}
