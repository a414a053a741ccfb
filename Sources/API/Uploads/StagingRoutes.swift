import Supervisor

/// How binaries come in.
struct StagingRoutes: Sendable {
    let routes: [Route]

    init(node: NodeSupervisor, actions: Actions) {
        let prepare = PrepareResource(node: node, actions: actions)
        let slots = UploadSlots()
        let binary = BinaryResource(node: node, slots: slots)
        let uploads = UploadsResource(node: node, slots: slots)
        let largest = Int(node.staging.quarantine.limits.maxSize)
        let (place, upload) = ("/v1/plans/{name}/binary", "/v1/uploads/{id}")
        routes = [
            Route(
                .put, place, scope: .stage,
                takes: .bytes(type: "application/octet-stream", limit: largest),
                answer: binary.put),
            Route(.delete, place, scope: .operate, answer: binary.delete),
            Route(.options, place, scope: .stage, answer: binary.options),
            Route(
                .post, "/v1/plans/{name}/prepare", scope: .stage, takes: .json,
                answer: prepare.prepare),
            Route(.get, upload, scope: .stage, answer: uploads.offset),
            Route(
                .patch, upload, scope: .stage,
                takes: .bytes(type: "application/partial-upload", limit: largest),
                answer: uploads.append),
            Route(.delete, upload, scope: .stage, answer: uploads.cancel),
        ]
    }
}
