import Annotation

struct AccountPages {
    let page: Page

    func login(problem: String? = nil) -> HTML {
        page(
            "Log in",
            """
            \(alert(problem))<form method="post" action="/login" class="stack">
            <label>Name <input name="name" autocomplete="username" required maxlength="60" autofocus></label>
            <label>Password <input name="password" type="password" autocomplete="current-password" required maxlength="200"></label>
            <button class="primary">Log in</button></form>
            """)
    }

    func invitation(_ offer: Invitation, token: String, problem: String? = nil) -> HTML {
        let project: HTML = offer.projectName.map { " in the project “\($0)”" } ?? .none
        return page(
            "You are invited",
            """
            \(alert(problem))<p>You are invited as \(offer.role.rawValue)\(project). Some pictures and texts here may be upsetting: every picture is
            covered until you ask for it, any item can be skipped, and there is a limit for each day.</p>
            <form method="post" action="/invitations/\(token)" class="stack">
            <label>Choose a name <input name="name" autocomplete="username" required maxlength="60"></label>
            <label>Choose a password, 10 characters or more
            <input name="password" type="password" autocomplete="new-password" required minlength="10" maxlength="200"></label>
            <button class="primary">Join</button></form>
            """)
    }

    private func alert(_ problem: String?) -> HTML { problem.map { "<p role=\"alert\">\($0)</p>" } ?? .none }
}
