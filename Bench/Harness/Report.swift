import FoundationEssentials
import Glibc

/// The tables, as they are printed.
enum Report {
    static func machine(_ options: Options) -> String {
        var names = utsname()
        uname(&names)
        let release = withUnsafeBytes(of: &names.release) { bytes in
            String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
        let processors = sysconf(Int32(_SC_NPROCESSORS_ONLN))
        let priority = options.isRealTime ? "real-time priority (SCHED_RR 1)" : "normal priority"
        return "Linux \(release), \(processors) processors, load \(load), \(priority)"
    }

    static var load: String {
        let text = (try? Data(contentsOf: URL(filePath: "/proc/loadavg"))) ?? Data()
        return String(decoding: text.prefix { $0 != UInt8(ascii: " ") }, as: UTF8.self)
    }

    static func latencies(_ measurements: Measurements) -> String {
        let head = line(
            "milliseconds", ["median", "p99", "largest", "floor", "p99", "ratio", "bar"])
        let rows = measurements.rows.map(line)
        let upgraded = line(
            "upgraded when the daemon exits by itself",
            ["\(measurements.upgraded) of \(measurements.runs)", "", "", "", "", "", "all"])
        return ([head] + rows + [upgraded]).joined(separator: "\n")
    }

    private static func line(_ row: Row) -> String {
        let bar = row.median.plain + (row.p99.map { " / " + $0.plain } ?? "")
        return line(
            row.name,
            [
                row.subject.median.short, row.subject.p99.short, row.subject.largest.short,
                row.floor.median.short, row.floor.p99.short,
                (row.subject.median / row.floor.median).short, bar,
            ])
    }

    static func crowd(_ crowd: CrowdMeasurements) -> String {
        let head = line(
            "64 clients", ["median", "p99", "largest", "other", "p99", "ratio", "bar"])
        let answers = crowd.experiences.map { path, seen in
            line(
                "GET \(path), \(seen.answers) answers",
                [seen.median.short, seen.p99.short, "", "", "", "", "5 (p99)"])
        }
        return ([head, line(crowd.upgrade)] + answers).joined(separator: "\n")
    }

    static func transfers(_ transfers: Transfers) -> String {
        let head = line(
            "\(Transfers.mebibytes) MiB, milliseconds",
            ["median", "p99", "largest", "openssl", "p99", "ratio", "bar"])
        let floor = transfers.floor
        let rows = [
            ("uploaded and hashed", transfers.upload), ("fetched and hashed", transfers.download),
        ]
        .flatMap { name, transfer in
            let (time, work) = (transfer.time, transfer.supervisor)
            return [
                line(
                    name,
                    [
                        time.median.short, time.p99.short, time.largest.short,
                        floor.time.median.short, floor.time.p99.short,
                        (floor.time.median / time.median).short, Transfers.ratioBar.short,
                    ]),
                line(
                    "  processor time of the supervisor",
                    [
                        work.median.short, work.p99.short, work.largest.short,
                        floor.peers.median.short, floor.peers.p99.short,
                        (floor.peers.median / work.median).short, "",
                    ]),
                line(
                    "  everybody's, by processors",
                    [
                        transfer.bound.short, "", "", "", "",
                        (floor.time.median / transfer.bound).short, "",
                    ]),
            ]
        }
        let growth = line(
            "memory meanwhile, MiB more",
            [mebibytes(transfers.growth), "", "", "", "", "", Transfers.growthBar.plain])
        return ([head] + rows + [growth]).joined(separator: "\n")
    }

    static func idle(_ idle: Idle) -> String {
        let rows: [(String, (Idle.Usage) -> String, String)] = [
            ("resident, MiB", { mebibytes($0.after.resident) }, Idle.residentBar.plain),
            ("of it anonymous, MiB", { mebibytes($0.after.anonymous) }, ""),
            ("threads", { "\($0.after.threads)" }, ""),
            ("descriptors", { "\($0.after.descriptors)" }, ""),
            ("CPU, ms", { (Double($0.processorTime) / 1e6).short }, ""),
            ("CPU, %", { idle.percent($0).short }, Idle.percentBar.short),
            ("context switches", { "\($0.switches)" }, ""),
        ]
        let head = line("idle for \(Int(idle.seconds)) s", ["", "", "", "floor", "", "", "bar"])
        let lines = rows.map { name, value, bar in
            line(name, [value(idle.subject), "", "", value(idle.floor), "", "", bar])
        }
        return ([head] + lines).joined(separator: "\n")
    }

    static func mebibytes(_ kibibytes: Int) -> String { (Double(kibibytes) / 1024).short }

    private static func line(_ name: String, _ cells: [String]) -> String {
        name.padded(to: 46) + cells.map { $0.paddedLeft(to: 10) }.joined()
    }
}

/// One line of output, at once.
func say(_ text: String) {
    let line = Array((text + "\n").utf8)
    write(1, line, line.count)
}

extension String {
    fileprivate func padded(to width: Int) -> String {
        self + String(repeating: " ", count: max(0, width - count))
    }

    fileprivate func paddedLeft(to width: Int) -> String {
        String(repeating: " ", count: max(0, width - count)) + self
    }
}

extension Double {
    /// Three decimals below 1, two below 10, one above.
    var short: String {
        guard isFinite else { return "none" }
        let digits = abs(self) < 1 ? 3 : abs(self) < 10 ? 2 : 1
        let factor = [1.0, 10, 100, 1000][digits]
        let whole = Int((abs(self) * factor).rounded())
        let rest = String(whole % Int(factor))
        let sign = self < 0 ? "-" : ""
        return sign + "\(whole / Int(factor))."
            + String(repeating: "0", count: digits - rest.count) + rest
    }

    /// A bar as it is written: whole numbers without decimals.
    fileprivate var plain: String { self == rounded() ? "\(Int(self))" : short }
}
