using MdiQkd.Authentication;

namespace MdiQkd.Distillation.Tests.Authentication;

public sealed class AuthenticationBackoffTests
{
    [Fact]
    public void The_wait_doubles_up_to_the_cap_and_starts_anew_after_success()
    {
        ManualClock clock = new();
        AuthenticationBackoff backoff = new(clock, TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(50));
        Assert.True(backoff.MayOpenBlock);
        foreach (int seconds in new[] { 10, 20, 40, 50, 50 })
        {
            backoff.RecordAbort();
            Assert.Equal(TimeSpan.FromSeconds(seconds), backoff.Remaining);
            clock.Advance(TimeSpan.FromSeconds(seconds - 1));
            Assert.False(backoff.MayOpenBlock);
            clock.Advance(TimeSpan.FromSeconds(1));
            Assert.True(backoff.MayOpenBlock);
        }

        backoff.RecordSuccess();
        backoff.RecordAbort();
        Assert.Equal(TimeSpan.FromSeconds(10), backoff.Remaining);
    }

    [Fact]
    public void Impossible_waits_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(
            () => new AuthenticationBackoff(TimeProvider.System, TimeSpan.Zero, TimeSpan.FromSeconds(1)));
        Assert.Throws<ArgumentOutOfRangeException>(
            () => new AuthenticationBackoff(TimeProvider.System, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(1)));
    }
}
