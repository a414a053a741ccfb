/// `/openapi.json`: the description of the API.
struct OpenAPIResource: Sendable {
    private let representation = Representation(
        type: "application/json", bytes: Array(OpenAPIDocument.json.utf8))

    @Sendable func json(_ call: Call) -> Response {
        representation.answer(to: call.request)
    }
}
