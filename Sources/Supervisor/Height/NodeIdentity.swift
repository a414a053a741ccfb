import Crypto
import FoundationEssentials

/// A CometBFT node's own name, derived from its key as the node does.
enum NodeIdentity {
    /// The first 20 bytes of the public key's SHA-256, in lower-case hex; nil without a key of the
    /// usual kind (`{"priv_key":{"type":"tendermint/PrivKeyEd25519","value":…}}`, whose value is the
    /// seed and the public key, 32 bytes each).
    static func id(ofKeyFile path: String) -> String? {
        guard let reading = try? ForeignFile.read(path, limit: 1 << 16),
            let file = try? JSONDecoder().decode(KeyFile.self, from: Data(reading.bytes)),
            let key = Data(base64Encoded: file.key.value), key.count == 64
        else { return nil }
        return SHA256.hash(data: key.suffix(32)).prefix(20).hex
    }

    private struct KeyFile: Decodable {
        let key: Key

        struct Key: Decodable {
            let value: String
        }

        enum CodingKeys: String, CodingKey {
            case key = "priv_key"
        }
    }
}
