/**
 * For the tests of those who use the module: time that passes when told to, and checks that follow a script.
 *
 * <p>Null is never a parameter or a return.
 */
package cnkit.health.testing;
