import FoundationEssentials
import Supervisor

/// `Plan` on the wire.
struct PlanBody: Encodable {
    let name: String
    let directory: String
    let origin: String
    let trigger: String
    @Nullable var height: Height?
    @Nullable var expectedSHA256: String?
    @Nullable var info: PlanInfoBody?
    let state: String
    let reasonCode: String
    let reason: String
    let binary: JSONValue
    @Nullable var verdict: String?
    @Nullable var createdAt: String?
    @Nullable var appliedAt: String?

    enum CodingKeys: String, CodingKey {
        case name, directory, origin, trigger, height, info, state, reason, binary, verdict
        case expectedSHA256 = "expected_sha256"
        case reasonCode = "reason_code"
        case createdAt = "created_at"
        case appliedAt = "applied_at"
    }

    init(_ plan: PlanFacts) {
        name = plan.name
        directory = plan.directory
        origin = plan.origin.rawValue
        trigger = plan.trigger.rawValue
        height = plan.height
        expectedSHA256 = plan.expectedSHA256
        info = plan.info.flatMap(PlanInfoBody.init)
        state = plan.state.rawValue
        reasonCode = plan.reasonCode.rawValue
        reason = plan.reason
        binary = plan.binary.json
        createdAt = plan.createdAt?.rfc3339
        appliedAt = plan.appliedAt?.rfc3339
        verdict = plan.verdict?.rawValue
    }
}

/// What a plan's info says of its binaries; the text itself stays with the chain.
struct PlanInfoBody: Encodable {
    let form: Form
    @Nullable var url: String?
    /// Known when the info is fetched, which nothing does yet.
    @Nullable var archiveDigest: String?

    enum Form: String, Encodable {
        /// A JSON object with `binaries`.
        case inline
        /// The address of such an object.
        case url
        /// Anything else.
        case text
    }

    enum CodingKeys: String, CodingKey {
        case form, url
        case archiveDigest = "archive_digest"
    }

    /// Nil for an empty info.
    init?(_ info: String) {
        guard let info = PlanInfo(info) else { return nil }
        switch info {
        case .inline: form = .inline
        case .url(let address):
            form = .url
            url = address
        case .text, .broken: form = .text
        }
    }
}
