import Glibc

/// The last thing that a local key signed: data/priv_validator_state.json, never turned back.
struct Validator {
    private let data: String
    private var height: Int
    private var step: Int

    init(data: String) {
        self.data = data
        guard case .object(let members)? = try? JSON(parsing: Files.bytes(Self.path(data)) ?? [])
        else {
            // Absent or broken: the key signs anew.
            (height, step) = (0, 0)
            return
        }
        height = Self.number(members["height"])
        step = Self.number(members["step"])
    }

    /// Signs a step of the round, unless this or a later one is signed already.
    mutating func sign(_ height: Int, step: Int) {
        guard (height, step) > (self.height, self.step) else { return }
        (self.height, self.step) = (height, step)
        let text = "{\n  \"height\": \"\(height)\",\n  \"round\": 0,\n  \"step\": \(step)\n}"
        let digits = UInt64.random(in: 1...UInt64.max)
        Files.replace(
            Self.path(data), with: text, aside: "\(data)/write-file-atomic-\(digits)")
    }

    private static func path(_ data: String) -> String { "\(data)/priv_validator_state.json" }

    private static func number(_ value: JSON?) -> Int {
        switch value {
        case .string(let text), .number(let text): Int(text) ?? 0
        default: 0
        }
    }
}
