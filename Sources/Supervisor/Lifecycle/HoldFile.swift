import FoundationEssentials
import Glibc

/// The durable hold: while this file lies there, nothing starts the node but `start`.
package enum HoldFile {
    /// Synced before it returns, so that a hold that was acknowledged survives a power loss.
    package static func write(_ hold: Hold, in home: Home) throws(SystemError) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        encoder.dateEncodingStrategy = .iso8601
        guard let bytes = try? encoder.encode(hold) else {
            throw SystemError("encode", path: home.holdRecord, code: EINVAL)
        }
        try DurableFile.replace(home.holdRecord, with: bytes)
    }

    /// Nil without a hold.
    ///
    /// A file that cannot be understood holds all the same: somebody put it there.
    package static func read(in home: Home) -> Hold? {
        do throws(ForeignFileError) {
            let reading = try ForeignFile.read(home.holdRecord, limit: 1 << 16)
            let decoder = JSONDecoder()
            decoder.dateDecodingStrategy = .iso8601
            if let hold = try? decoder.decode(Hold.self, from: Data(reading.bytes)) { return hold }
            let changed = Double(reading.identity.changed) / 1e9
            return Hold(since: Date(timeIntervalSince1970: changed), actor: "unknown", reason: nil)
        } catch {
            guard error != .absent else { return nil }
            return Hold(since: Date(), actor: "unknown", reason: "\(home.holdRecord): \(error)")
        }
    }

    package static func remove(from home: Home) throws(SystemError) {
        guard unlink(home.holdRecord) == 0 || errno == ENOENT else {
            throw SystemError("unlink", path: home.holdRecord)
        }
        try DurableFile.syncDirectory(of: home.holdRecord)
    }
}
