import Logging

extension LogLine {
    /// The line with the priority in front that sd-daemon(3) takes from it, and without the time,
    /// which the journal has itself.
    var prefixed: String {
        "<\(level.priority)>" + facts
    }

    /// An entry of systemd's journal, in its own protocol: one field a line.
    ///
    /// What a reader of the journal sees is the whole line; each fact is a field besides, so that
    /// `journalctl SWITCHYARD_PLAN_NAME=v2` finds it. No value has a line break in it.
    ///
    /// - Parameter program: by whose name `journalctl -t` finds it, as it finds what systemd itself
    ///   reads from the program's standard output.
    func journalEntry(of program: ProgramName) -> String {
        let own = fields.filter { $0.key != "module" }
        let line = LogLine(moment: moment, level: level, message: message, fields: own)
        let parts =
            [
                ("MESSAGE", line.facts), ("PRIORITY", "\(level.priority)"),
                ("SYSLOG_IDENTIFIER", program.rawValue),
            ] + own.map { (Self.fieldName($0.key), escaped($0.value)) }
        return parts.map { $0.0 + "=" + $0.1 + "\n" }.joined()
    }

    /// Capital letters, digits and `_`, at most 64: all that a field's name may have.
    private static func fieldName(_ key: String) -> String {
        let allowed = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
        let name = key.uppercased().map { allowed.contains($0) ? $0 : "_" }
        return String(("SWITCHYARD_" + name).prefix(64))
    }
}

extension Logger.Level {
    /// That of syslog(3).
    fileprivate var priority: Int {
        switch self {
        case .trace, .debug: 7
        case .info: 6
        case .notice: 5
        case .warning: 4
        case .error: 3
        case .critical: 2
        }
    }
}
