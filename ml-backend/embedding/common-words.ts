/**
 * English function words, and what tokens are left of their contractions. They say little about what a text is about, wherever
 * it comes from, which is what inverse document frequencies find out about them in any English collection.
 */
export const COMMON_WORDS: readonly string[] =
  `a about above after again against all almost also although always am among an and another any anyone anything are aren around as at away
  back be became because become becomes been before being below between both but by can cannot could couldn d did didn do does doesn doing don done
  down during each either else enough especially etc even ever every everyone everything few first for from further get gets getting give given
  go goes going got had has hasn have haven having he her here hers herself him himself his how however i if in instead into is isn it its itself
  just last least less let like likely ll made make makes making many may maybe me might mine more most much must my myself need needs neither
  never no none nor not nothing now of off often on once one ones only onto or other others otherwise our ours ourselves out over own part per
  perhaps please possible put quite rather re really s same second see seem seems several shall she should shouldn since so some someone something
  sometimes soon still such sure t take than that the their theirs them themselves then there therefore these they thing things this those though
  three through throughout thus to together too toward towards two under unless unlike until up upon us use used using usually ve very was wasn
  way ways we well were weren what whatever when whenever where whether which while who whom whose why will with within without won would wouldn
  yes yet you your yours yourself`.split(/\s+/);
