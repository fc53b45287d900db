//! Finds the methods that do not say who may call them.

use prost_reflect::DescriptorPool;

/// The methods that have no rule, or one that says nothing.
pub fn methods(pool: &DescriptorPool) -> Result<Vec<String>, &'static str> {
    let rule = pool
        .get_extension_by_name("usher.access.v1.rule")
        .ok_or("the access option is gone")?;
    let methods = pool
        .services()
        .flat_map(|service| service.methods().collect::<Vec<_>>());
    let silent = methods.filter(|method| {
        let options = method.options();
        let value = options.get_extension(&rule);
        let says_something = value.as_message().is_some_and(|rule| rule.fields().next().is_some());
        !says_something
    });
    Ok(silent.map(|method| method.full_name().to_owned()).collect())
}
