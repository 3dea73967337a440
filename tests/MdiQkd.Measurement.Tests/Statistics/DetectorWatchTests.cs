using MdiQkd.Acquisition;
using MdiQkd.Measurement.Statistics;
using MdiQkd.Measurement.Tests.Measurement;

namespace MdiQkd.Measurement.Tests.Statistics;

public class DetectorWatchTests
{
    [Theory]
    [InlineData(50, 50, DetectorCondition.None, DetectorCondition.None)]
    [InlineData(0, 50, DetectorCondition.Silent, DetectorCondition.None)]
    [InlineData(5000, 50, DetectorCondition.Excessive, DetectorCondition.None)]
    public void A_dead_detector_and_one_at_a_hundred_times_the_rate_are_named(
        int perBlockC, int perBlockD, DetectorCondition expectedC, DetectorCondition expectedD)
    {
        BsmClassifier classifier = new(new BsmSettings(TagPatterns.Timing, TagPatterns.C, TagPatterns.D, true), 0, 1L << 40);
        DetectorWatch watch = new(TagPatterns.Timing);
        BsmEventBuffer events = new();
        const long blockPs = 5_000_000_000;
        for (int i = 0; i < 22; i++)
        {
            TimeTagBlock block = new() { WatermarkPs = ((i + 1) * blockPs) - 1 };
            for (int k = 0; k < perBlockC + perBlockD; k++)
            {
                long slot = (blockPs / 5000 * i) + (k * (blockPs / 5000 / (perBlockC + perBlockD)));
                block.Add((slot * 5000) + 1250, k < perBlockC ? TagPatterns.C : TagPatterns.D);
            }

            classifier.Classify(block, events);
            watch.Update(classifier.Counters, block.WatermarkPs);
        }

        Assert.Equal((expectedC, expectedD), (watch.C!.Condition, watch.D!.Condition));
        Assert.InRange(watch.D.RateHz, 0.999 * perBlockD / 0.005, 1.001 * perBlockD / 0.005);
        Assert.Equal(0, watch.D.BackgroundHz);
    }
}
