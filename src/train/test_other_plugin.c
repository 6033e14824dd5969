// A plug-in that was built for another Howdah.
const char* howdah_model_abi(void) {
  return "howdah model 0, torch 1.0";
}
void howdah_model_create(const void* request, void* model) {
  (void)request;
  (void)model;
}
