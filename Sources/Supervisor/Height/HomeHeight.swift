import FoundationEssentials
import Glibc

/// How far a home's data is, told by its files alone, whether a daemon runs or not.
package struct HomeHeight: Sendable, Equatable {
    /// A block that was stored or signed here; nil when nothing tells.
    ///
    /// The data may be further.
    package let lowerBound: Height?
    /// No daemon has made its databases here.
    package let isUntouched: Bool

    /// Reads the consensus log, and blocks.
    package init(_ home: Home) {
        let seen = [
            Self.noted(in: home), Self.signed(in: home),
            ConsensusLog(of: home).lastEndHeight,
        ]
        lowerBound = seen.compactMap(\.self).max()
        isUntouched = ["blockstore.db", "state.db", "application.db", "cs.wal"].allSatisfy {
            access(home.data + "/" + $0, F_OK) != 0
        }
    }

    /// Our own note of the last height that was seen.
    private static func noted(in home: Home) -> Height? {
        guard let reading = try? ForeignFile.read(home.heightRecord, limit: 64) else { return nil }
        let text = String(decoding: reading.bytes, as: UTF8.self)
        return Height(text.filter { !$0.isWhitespace }).flatMap { $0 > 0 ? $0 : nil }
    }

    /// The last block that this validator has signed; 0 where it never did.
    private static func signed(in home: Home) -> Height? {
        let path = home.data + "/priv_validator_state.json"
        guard let reading = try? ForeignFile.read(path, limit: 1 << 16),
            let state = try? JSONDecoder().decode(SignState.self, from: Data(reading.bytes)),
            state.height.value > 0
        else { return nil }
        return state.height.value
    }

    private struct SignState: Decodable {
        let height: FlexibleHeight
    }
}

extension RPCHeights {
    /// Another node on the daemon's port would tell of another chain; who does not say who it is is
    /// believed.
    package func isOf(_ home: Home) -> Bool {
        guard let answered = nodeID,
            let own = NodeIdentity.id(ofKeyFile: home.config + "/node_key.json")
        else { return true }
        return answered.lowercased() == own
    }
}
