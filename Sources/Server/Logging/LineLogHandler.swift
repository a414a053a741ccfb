import Glibc
import Logging

/// Writes each record as one line with one write(2).
///
/// It can neither crash nor hang: a reader that has gone or a descriptor that is closed is passed
/// over, and a pipe that stays full loses the record.
struct LineLogHandler: LogHandler {
    var metadata: Logger.Metadata = [:]
    var metadataProvider: Logger.MetadataProvider?
    var logLevel = Logger.Level.info

    private let settings: LogSettings
    private let program: ProgramName
    private let descriptor: Int32
    private let isColored: Bool
    /// Where records go that the journal is to take apart, while that works.
    private let journal: JournalSocket?

    /// - Parameters:
    ///   - program: is named in each record as its module, as Cosmovisor names itself.
    ///   - descriptor: stays the caller's. Colour is used only if it is a terminal.
    ///   - journal: used instead of the descriptor where that leads to the journal.
    init(
        settings: LogSettings, program: ProgramName = .ofProcess, descriptor: Int32,
        journal: @autoclosure () -> JournalSocket? = JournalSocket()
    ) {
        self.settings = settings
        self.program = program
        self.descriptor = descriptor
        isColored = settings.isColored && isatty(descriptor) == 1
        self.journal =
            settings.format == .journal && settings.isJournal(descriptor) ? journal() : nil
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let now = WallTime.now
        switch settings.format {
        case .console:
            write(
                line(of: event, at: WallTime(local: now))
                    .console(timeFormat: settings.timeFormat, isColored: isColored))
        case .json: write(line(of: event, at: WallTime(utc: now)).json)
        case .journal:
            let line = line(of: event, at: WallTime(utc: now))
            if journal?.send(line.journalEntry(of: program)) != true { write(line.prefixed) }
        }
    }

    private func line(of event: LogEvent, at moment: WallTime) -> LogLine {
        var all = metadata
        if let provided = metadataProvider?.get() { all.merge(provided) { $1 } }
        if let own = event.metadata { all.merge(own) { $1 } }
        if let error = event.error { all["error"] = "\(error)" }
        all["module"] = nil
        let fields = all.sorted { $0.key < $1.key }
            .map { (key: $0.key, value: Self.shortened("\($0.value)")) }
        return LogLine(
            moment: moment, level: event.level, message: "\(event.message)",
            fields: fields + [("module", program.rawValue)])
    }

    /// A pipe that is ready takes PIPE_BUF (4096) bytes at once; a longer line could hang in the
    /// middle.
    private static func shortened(_ value: String) -> String {
        value.utf8.count <= 1024 ? value : String(value.prefix(512)) + "…"
    }

    private func write(_ text: String) {
        let bytes = Array((text + "\n").utf8)
        // A reader that stands still may cost a moment, never more. What poll cannot tell, a
        // closed descriptor for one, write does.
        var ready = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        guard poll(&ready, 1, Self.patience) != 0 else { return }
        _ = Glibc.write(descriptor, bytes, bytes.count)
    }

    /// Milliseconds.
    static let patience: Int32 = 100
}

extension Logger {
    /// The log of this process: standard output, in the shape that the settings ask for.
    init(settings: LogSettings) {
        let handler: any LogHandler =
            if settings.isDisabled {
                SwiftLogNoOpLogHandler()
            } else {
                LineLogHandler(settings: settings, descriptor: 1)
            }
        self.init(label: "switchyard") { _ in handler }
    }
}
