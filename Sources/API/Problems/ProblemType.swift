/// A kind of failure: what it is called, what it means and what helps.
///
/// The one table of them; problems, their pages and the description of the API are made from it.
package struct ProblemType: Sendable, Equatable {
    /// Stable; the last part of the URI.
    package let slug: String
    package let status: HTTPStatus
    package let title: String
    /// Whole sentences for people.
    let meaning: String
    /// One sentence: what the caller can do, unless the occurrence knows better.
    let remedy: String
    /// Registered by others for all APIs.
    private let isOfIANA: Bool

    init(
        _ slug: String, _ status: HTTPStatus, isOfIANA: Bool = false, title: String,
        meaning: String, remedy: String
    ) {
        self.slug = slug
        self.status = status
        self.title = title
        self.meaning = meaning
        self.remedy = remedy
        self.isOfIANA = isOfIANA
    }

    /// What `type` says: the path of its page, or IANA's own URI.
    package var uri: String {
        isOfIANA
            ? "https://iana.org/assignments/http-problem-types#" + slug : "/problems/" + slug
    }

    package static let all = access + requests + states + capacities + operations
}
