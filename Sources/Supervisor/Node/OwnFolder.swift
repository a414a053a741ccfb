import Glibc

extension NodeSupervisor {
    func makeOwnFolder() throws(StartRefusal) {
        do throws(SystemError) {
            // Passable for members of the API's group, whose socket may lie in it; not listable.
            try DurableFile.makeFolder(setup.home.own, mode: 0o711)
            guard chmod(setup.home.own, 0o711) == 0 else {
                throw SystemError("chmod", path: setup.home.own)
            }
        } catch {
            throw .ownFolder(error)
        }
    }
}
