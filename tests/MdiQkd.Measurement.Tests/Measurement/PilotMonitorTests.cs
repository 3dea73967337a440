using MdiQkd.Acquisition;
using MdiQkd.Protocol;

namespace MdiQkd.Measurement.Tests.Measurement;

public class PilotMonitorTests
{
    private const int Slots = 400_000;

    private static readonly BsmSettings Settings = new(
        new SlotTiming(5000, 2500, 1000), TagPatterns.C, TagPatterns.D, AcceptPsiPlus: true, new PilotPattern(10, 4));

    [Theory]
    [InlineData(1.0, 1.0, 0.97, 0.0)]
    [InlineData(1.0, 1.0, 0.60, 0.0)]
    [InlineData(1.0, 0.4, 0.97, 0.0)]
    [InlineData(1.0, 1.0, 0.97, 0.8)]
    public void Estimates_agree_with_the_interference_that_made_the_clicks(
        double arm, double otherArm, double overlap, double phase)
    {
        // Slot by slot, random common phase: I_c,t = (a+b)/2 + sqrt(M a b) cos(theta + phi_t), I_d with minus (physics 3.3). Mean
        // photon number 0.05 per window and arm; the estimator is right to first order in it, hence 0.05 on top of 4 sigma.
        const double scale = 0.05;
        PilotMonitor monitor = Run(arm * scale, otherArm * scale, overlap, phase, deadSlots: 0).Pilots;
        Assert.True(monitor.TryEstimate(out VisibilityEstimate? estimate));
        double visibility = 2 * arm * otherArm * overlap / Math.Pow(arm + otherArm, 2);
        Assert.Equal(Slots / 10 * 4, estimate!.PilotSlots);
        Assert.InRange(estimate.HomVisibility - visibility, -Tolerance(estimate.HomVisibilityError), Tolerance(estimate.HomVisibilityError));
        double error = (1 - (visibility * Math.Cos(phase))) / 2;
        Assert.InRange(estimate.XErrorRate - error, -Tolerance(estimate.XErrorRateError), Tolerance(estimate.XErrorRateError));
        static double Tolerance(double sigma) => (4 * sigma) + 0.05;
    }

    [Fact]
    public void Dead_time_does_not_look_like_lost_visibility()
    {
        PilotMonitor monitor = Run(0.1, 0.1, 0.97, 0, deadSlots: 4).Pilots;
        Assert.True(monitor.TryEstimate(out VisibilityEstimate? estimate));
        Assert.InRange(estimate!.HomVisibility - 0.485, -(4 * estimate.HomVisibilityError) - 0.1, (4 * estimate.HomVisibilityError) + 0.1);
    }

    [Fact]
    public void Pilots_never_reach_the_list_and_void_slots_never_the_monitor()
    {
        BsmClassifier classifier = new(Settings, 0, 30);
        BsmEventBuffer events = new();
        TimeTagBlock block = new() { WatermarkPs = 30 * 5000 };
        for (int slot = 0; slot < 30; slot++)
        {
            block.Add((slot * 5000) + 1250, TagPatterns.C);
            block.Add((slot * 5000) + 3750, TagPatterns.D);
        }

        classifier.Classify(block, events);
        Assert.Equal(18, events.Count);
        Assert.DoesNotContain(events.Slots.Take(events.Count), s => s % 10 < 4);
        Assert.Equal(12, classifier.Pilots.Slots);
        Assert.Equal(12, classifier.Pilots.OppositeBinCoincidences);
        Assert.Equal(18, classifier.Counters.PsiMinus);
        Assert.False(classifier.Pilots.TryEstimate(out _)); // c never clicked late

        BsmClassifier lossy = new(Settings, 0, 30);
        block.LostTags = 1;
        lossy.Classify(block, events);
        Assert.Equal(0, lossy.Pilots.Slots);
        Assert.Equal(0, lossy.Pilots.OppositeBinCoincidences);
        classifier.Pilots.Reset();
        Assert.Equal(0, classifier.Pilots.Slots + classifier.Pilots.OppositeBinCoincidences);
    }

    private static BsmClassifier Run(double a, double b, double overlap, double phase, int deadSlots)
    {
        Random random = new(97);
        BsmClassifier classifier = new(Settings, 0, Slots);
        BsmEventBuffer events = new();
        TimeTagBlock block = new();
        int[] blindUntil = new int[2];
        for (int slot = 0; slot < Slots; slot++)
        {
            double theta = 2 * Math.PI * random.NextDouble();
            for (int bin = 0; bin < 2; bin++)
            {
                double interference = Math.Sqrt(overlap * a * b) * Math.Cos(theta + (bin * phase));
                for (int detector = 0; detector < 2; detector++)
                {
                    double intensity = ((a + b) / 2) + (detector == 0 ? interference : -interference);
                    if (random.NextDouble() < 1 - Math.Exp(-intensity) && slot >= blindUntil[detector])
                    {
                        block.Add((slot * 5000L) + (bin == 0 ? 1250 : 3750), detector == 0 ? TagPatterns.C : TagPatterns.D);
                        blindUntil[detector] = deadSlots == 0 ? 0 : slot + deadSlots;
                    }
                }
            }
        }

        block.WatermarkPs = Slots * 5000L;
        classifier.Classify(block, events);
        Assert.True(classifier.Finished);
        return classifier;
    }
}
