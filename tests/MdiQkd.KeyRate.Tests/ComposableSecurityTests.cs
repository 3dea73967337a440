using MdiQkd.KeyRate.ModePairing;

namespace MdiQkd.KeyRate.Tests;

public class ComposableSecurityTests
{
    [Fact]
    public void Parts_have_names_and_add_up()
    {
        ComposableSecurity budget = ComposableSecurity.Of(new(1e-10, 1e-15));

        // 2 (1 + 2·15 + 1) + 1 + 14 + 1 = 80 bounds of 1e-10: fifteen Chernoff bounds, as the reference counts them.
        Assert.Equal(80e-10, budget.Secrecy, 1e-18);
        Assert.Equal(1e-15, budget.Correctness);
        Assert.Equal(budget.Secrecy + budget.Correctness, budget.Total, 1e-20);
        Assert.Equal(budget.Total, budget.Parts.Sum(part => part.Weight * part.Uses * part.Epsilon), 1e-20);
        Assert.Equal(budget.Parts.Count, budget.Parts.Select(part => part.Name).Distinct().Count());
        Assert.All(budget.Parts, part => Assert.True(part.Name.Length > 0 && part.Total > 0));
        Assert.Equal(15, budget.Parts.Max(part => part.Uses));
    }

    [Fact]
    public void Keys_of_a_year_add_up_to_at_most_one()
    {
        ComposableSecurity budget = ComposableSecurity.Of(new(1e-10, 1e-15));
        Assert.Equal(52_560 * budget.Total, budget.After(52_560), 1e-12);
        Assert.Equal(1, budget.After(1e12));
    }

    [Fact]
    public void Mode_pairing_rests_on_other_bounds_and_bad_values_are_refused()
    {
        Assert.Equal(14, ModePairingBlock.Security(new()).Parts.Max(part => part.Uses));
        Assert.Throws<KeyRateInputException>(() => ComposableSecurity.Of(new(0.7)));
    }
}
