import FoundationEssentials
import Glibc
import StageMessages
import Testing

@Suite(.enabled(if: Archives.areMade, "python3 is not installed"))
struct UnpackIsolationTests {
    /// A run in the middle of an archive that is never going to end.
    private struct Halfway {
        let unpacking: Unpacking
        let stage: RunningStage
        let archive: Pipe

        init() throws {
            unpacking = try Unpacking()
            archive = try Pipe()
            stage = try unpacking.start(archive.reading)
            close(archive.reading)
            let tar = try Data(contentsOf: URL(filePath: Archives.folder + "/endless.tar"))
            try Self.write(Array(tar), to: archive.writing)
            guard case .progress(let done, total: nil) = try stage.report() else {
                throw POSIXError(.EPROTO)
            }
            #expect(done >= 4 << 20)
        }

        private static func write(_ bytes: [UInt8], to file: Int32) throws {
            var rest = bytes[...]
            while !rest.isEmpty {
                let count = rest.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
                try #require(count > 0)
                rest = rest.dropFirst(count)
            }
        }
    }

    @Test func `an unpacking is shut in before it reads`() throws {
        let halfway = try Halfway()
        defer { close(halfway.archive.writing) }
        let status = try String(
            decoding: Data(contentsOf: URL(filePath: "/proc/\(halfway.stage.pid)/status")),
            as: UTF8.self)
        for line in ["NoNewPrivs:\t1", "Seccomp:\t2", "CapEff:\t0000000000000000", "Threads:\t1"] {
            #expect(status.contains("\n\(line)\n"), "\(line)")
        }
        let limits = try String(
            decoding: Data(contentsOf: URL(filePath: "/proc/\(halfway.stage.pid)/limits")),
            as: UTF8.self)
        let numbers = limits.split(separator: "\n").map {
            $0.split(separator: " ").suffix(3).joined(separator: " ")
        }
        for limit in [
            "600 600 seconds", "4294967296 4294967296 bytes", "536870912 536870912 bytes",
            "0 0 bytes", "64 64 files",
        ] {
            #expect(numbers.contains(limit), "\(limit)")
        }
        let files = try FileManager.default.contentsOfDirectory(
            atPath: "/proc/\(halfway.stage.pid)/fd")
        // Three streams, the archive, the folder, and the file that is being written.
        #expect(files.count == 6)
        #expect(Set(files).isSuperset(of: ["0", "1", "2", "3", "4"]))
    }

    @Test func `an unpacking ends when nobody wants it any more`() throws {
        let halfway = try Halfway()
        defer { close(halfway.archive.writing) }
        halfway.stage.endOrders()
        #expect(try halfway.stage.rest() == "")
        #expect(halfway.stage.exitCode() == 1)
    }

    @Test func `words after the order end nothing`() throws {
        let halfway = try Halfway()
        try halfway.stage.say(Array("more\n".utf8))
        close(halfway.archive.writing)
        let end = try halfway.stage.finish()
        #expect(end.code == 1)
        guard case .failed(let failure) = end.report else {
            Issue.record("\(String(describing: end.report))")
            return
        }
        #expect(failure.kind == .archiveDamaged)
    }
}
