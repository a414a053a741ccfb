import Supervisor

/// One upgrade that an operator adds: a binary, and perhaps a height for it.
struct UpgradeAddition: Sendable {
    let name: PlanName
    /// Of the executable, as it was given.
    let path: String
    let height: Height?
    /// Where it was said, with a colon and a blank; empty when nothing else was.
    var place = ""
}

extension UpgradeAddition {
    /// - Parameter letters: how plan names become folders.
    init(
        name: String, path: String, height: Height?, place: String = "",
        case letters: PlanName.LetterCase
    ) throws(CommandFailure) {
        do throws(PlanNameError) {
            self.name = try PlanName(name, case: letters)
        } catch {
            throw CommandFailure("\(place)\(quoted(name)) cannot be an upgrade's name: \(error)")
        }
        if let height, height <= 0 {
            throw CommandFailure(
                "\(place)the height must be greater than 0, got \(height)")
        }
        self.path = path
        self.height = height
        self.place = place
    }
}
