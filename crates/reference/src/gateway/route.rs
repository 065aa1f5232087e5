//! The routes under the gateway's path (B:11-16).

use crate::query::percent_decode;

/// A kind of call that has an address of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Route {
    Login,
    Register,
    /// The only one without a bizType (B:14).
    Logout,
    Global,
}

/// The route of a path below the gateway's, and the bizType behind it, decoded; an empty one is none.
pub fn find(path: &str) -> Option<(Route, Option<String>)> {
    let path = path.strip_prefix('/')?;
    let (name, biz_type) = match path.split_once('/') {
        Some((name, rest)) => (name, Some(percent_decode(rest))),
        None => (path, None),
    };
    let route = match name {
        "login" => Route::Login,
        "register" => Route::Register,
        "logout" if biz_type.is_none() => Route::Logout,
        "global" => Route::Global,
        _ => return None,
    };
    Some((route, biz_type.filter(|biz_type| !biz_type.is_empty())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_has_a_route_and_a_biz_type() {
        let found = |route, biz_type: &str| Some((route, Some(biz_type.to_owned())));
        for (path, expected) in [
            ("/login/a.B.c", found(Route::Login, "a.B.c")),
            ("/register/a.B.c", found(Route::Register, "a.B.c")),
            ("/global/a%2EB.c+d", found(Route::Global, "a.B.c+d")),
            ("/global/a/b", found(Route::Global, "a/b")),
            ("/global//x", found(Route::Global, "/x")),
            ("/global/", Some((Route::Global, None))),
            ("/global", Some((Route::Global, None))),
            ("/logout", Some((Route::Logout, None))),
            ("/logout/", None),
            ("/Login/a", None),
            ("/unknown/a", None),
            ("", None),
            ("/", None),
        ] {
            assert_eq!(find(path), expected, "{path}");
        }
    }
}
