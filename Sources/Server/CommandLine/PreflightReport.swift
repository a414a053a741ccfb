extension PreflightView {
    /// For people: a line for each check, what helps below it, and the verdict last; safe to print.
    var report: String {
        let results = checks.map(\.result.rawValue.count).max() ?? 0
        let names = checks.map(\.id.count).max() ?? 0
        let lines = checks.flatMap { check in
            let words = [
                padded(check.result.rawValue, to: results), padded(escaped(check.id), to: names),
                escaped(check.reason),
            ]
            let remedy = check.result == .pass ? nil : check.remedy
            let indent = String(repeating: " ", count: results + names + 4)
            return [words.joined(separator: "  ")] + (remedy.map { [indent + escaped($0)] } ?? [])
        }
        return (lines + ["\(escaped(plan)): \(verdict.rawValue)"]).joined(separator: "\n")
    }

    private func padded(_ text: String, to width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }
}
