import Glibc

extension Home {
    /// The file of the plan book that a plan has, or would have.
    package func planBookFile(of name: PlanName) -> String {
        "\(planBook)/\(PlanBook.page(of: name)).json"
    }

    /// Makes root's files of the plan book those of the home's owner, whose supervisor reads them.
    package func giveOwnFiles(of name: PlanName) throws(SystemError) {
        guard geteuid() == 0 else { return }
        var owner = stat()
        guard stat(root, &owner) == 0 else { throw SystemError("stat", path: root) }
        for path in [own, planBook, planBookFile(of: name)] {
            guard lchown(path, owner.st_uid, owner.st_gid) == 0 else {
                throw SystemError("lchown", path: path)
            }
        }
    }
}
