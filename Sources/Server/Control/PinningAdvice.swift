/// What a user can do about a binary that nothing vouches for.
struct PinningAdvice {
    let plan: String
    /// As it is declared now; nil when that is not known.
    let declared: PlanView?
    let sha256: String
    let socket: String

    /// In lines for people, with a command for their shell; safe to print.
    var text: String {
        """
        It is complete and nothing vouches for it, so that it will not run. When you have \
        compared the digest with its publisher's, pin it:
          curl -sS --unix-socket \(Self.word(socket)) -X PUT -H 'If-Match: *' \
        -H 'Content-Type: application/json' \
        \(Self.word("http://localhost" + ControlClient.path(ofPlan: plan))) \
        -d \(Self.word(declaration))
        \(remark)A digest in the plan's info, or a signature that the policy asks for, does as well.
        """
    }

    private var remark: String {
        declared?.hasInfoToRepeat == true ? "Send the plan's info along, or it is gone. " : ""
    }

    private var declaration: String {
        // A plan that nobody has declared has a folder only: by hand is all that is known of it.
        let trigger = declared?.trigger ?? "manual"
        let height = trigger == "manual" ? nil : declared?.height
        return "{\"trigger\":\"\(trigger)\",\"height\":\(height.map { "\($0)" } ?? "null"),"
            + "\"expected_sha256\":\"\(sha256)\"}"
    }

    /// One word of a shell's.
    private static func word(_ text: String) -> String {
        let parts = escaped(text).split(separator: "'", omittingEmptySubsequences: false)
        return "'" + parts.joined(separator: "'\\''") + "'"
    }
}
