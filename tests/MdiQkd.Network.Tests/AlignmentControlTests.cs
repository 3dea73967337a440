using MdiQkd.Network.Tests.Harness;
using MdiQkd.Node.Alignment;
using MdiQkd.Preparation;
using MdiQkd.Protocol;
using MdiQkd.Transport;

namespace MdiQkd.Network.Tests;

/// <summary>What a node takes of a hub's adjustments (ANNOUNCEMENTS.md, section 9).</summary>
public sealed class AlignmentControlTests
{
    private static readonly SessionId Session = SessionId.Parse("000102030405060708090a0b0c0d0e0f");

    private readonly List<LightAlignment> moved = [];
    private readonly List<AlignmentState> states = [];
    private readonly RecordedLog log = new();
    private readonly AlignmentControl control;
    private long emitted;

    public AlignmentControlTests() => control = new AlignmentControl(
        setting =>
        {
            lock (moved)
            {
                moved.Add(setting);
                Monitor.PulseAll(moved);
            }

            return Task.CompletedTask;
        },
        (_, state) => states.Add(state),
        log);

    [Fact]
    public void An_adjustment_moves_the_actuators_and_their_report_answers_it()
    {
        Ask(1, 2000, -400_000, 785);
        Assert.Equal(new LightAlignment(2000, -400_000, 785), Moved(1));
        Assert.Empty(states);
        control.OnReport(new AlignmentReport(new LightAlignment(2000, -400_000, 785), 77));
        Assert.Equal((1L, 2000, -400_000, 785, 77L), Answer());
    }

    [Theory]
    [InlineData(10_001, 0, 0)]
    [InlineData(0, 5_000_001, 0)]
    [InlineData(0, int.MinValue, 0)]
    [InlineData(int.MinValue, 0, 0)]
    [InlineData(0, 0, 6_284)]
    [InlineData(5_001, 0, 0)]
    [InlineData(0, -3_000_001, 0)]
    public void Settings_out_of_range_and_long_steps_are_refused_and_answered(int delayPs, int frequencyKHz, int polarisationMrad)
    {
        control.OnReport(new AlignmentReport(LightAlignment.Rest, 5));
        Ask(9, delayPs, frequencyKHz, polarisationMrad);
        Ask(10, 10, 20, 30);
        Assert.Equal(new LightAlignment(10, 20, 30), Moved(1)); // the good one, and nothing else
        Assert.Equal((9L, 0, 0, 0, 5L), Answer());
    }

    [Fact]
    public void The_light_sent_limits_the_adjustments()
    {
        for (int i = 1; i <= 10; i++)
        {
            Ask(i, i, 0, 0);
        }

        Assert.Equal(4, Moved(4).DelayPs);
        Assert.Equal(6, states.Count);
        control.OnEmission(Session, emitted += 9_999_999, false, 5000);
        Ask(11, 11, 0, 0);
        Assert.Equal(7, states.Count); // one slot short of 50 ms
        control.OnEmission(Session, emitted += 1, false, 5000);
        control.OnEmission(Session, emitted, false, 5000); // the same light does not count twice
        Ask(12, 12, 0, 0);
        Ask(13, 13, 0, 0);
        Assert.Equal(12, Moved(5).DelayPs);
        Assert.Equal(8, states.Count);
        control.OnEmission(Session, 2_000_000_000, true, 5000); // no more than a burst is saved up
        for (int i = 14; i <= 20; i++)
        {
            Ask(i, i, 0, 0);
        }

        Assert.Equal(17, Moved(9).DelayPs);
    }

    [Fact]
    public void An_older_adjustment_is_passed_over()
    {
        Ask(5, 1, 0, 0);
        Ask(5, 2, 0, 0);
        Ask(4, 3, 0, 0);
        Assert.Equal(1, Moved(1).DelayPs);
        Assert.Empty(states);
    }

    private void Ask(long number, int delayPs, int frequencyKHz, int polarisationMrad) => control.OnAdjustment(
        "bob",
        new Adjustment { Number = number, DelayPs = delayPs, FrequencyKhz = frequencyKHz, PolarisationMrad = polarisationMrad });

    private (long Number, int DelayPs, int FrequencyKHz, int PolarisationMrad, long SincePs) Answer()
    {
        AlignmentState state = Assert.Single(states);
        return (state.Number, state.DelayPs, state.FrequencyKhz, state.PolarisationMrad, state.SincePs);
    }

    // The actuators are moved from another thread: waits for exactly so many moves, the newest by its setting.
    private LightAlignment Moved(int count)
    {
        lock (moved)
        {
            while (moved.Count < count)
            {
                Assert.True(Monitor.Wait(moved, TimeSpan.FromSeconds(30)), $"{moved.Count} of {count} moves");
            }

            Assert.Equal(count, moved.Count);
            return moved.MaxBy(setting => setting.DelayPs)!;
        }
    }
}
